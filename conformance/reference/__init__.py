"""The reference server: every clause kept, every clause breakable, every legal freedom takeable."""

from conformance.reference import faults
from conformance.reference.server import Reference

__all__ = ["Reference", "faults"]
