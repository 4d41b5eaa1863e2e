"""A conformance suite for the batch device-registration API of Alibaba Cloud IoT Platform."""

__version__ = "0.1.0"
