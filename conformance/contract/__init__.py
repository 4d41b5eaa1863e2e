"""What the documentation promises, loaded once and immutable."""

from conformance.contract.load import ContractError, load
from conformance.contract.model import DEFAULT_EDITION, EDITIONS, Clause, Contract, Level, Operation

__all__ = ["DEFAULT_EDITION", "EDITIONS", "Clause", "Contract", "ContractError", "Level", "Operation", "load"]
