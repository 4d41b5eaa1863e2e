"""The suite against the reference in this process: is every fault caught, is no legal server blamed?"""
