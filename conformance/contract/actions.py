"""The operations of the API by their names, as the parameter Action spells them."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a request asks for. A member equals the text that travels."""

    BatchRegisterDevice = "BatchRegisterDevice"
    BatchCheckDeviceNames = "BatchCheckDeviceNames"
    BatchRegisterDeviceWithApplyId = "BatchRegisterDeviceWithApplyId"
    QueryBatchRegisterDeviceStatus = "QueryBatchRegisterDeviceStatus"
    QueryPageByApplyId = "QueryPageByApplyId"
    RegisterDevice = "RegisterDevice"
    QueryDevice = "QueryDevice"
    QueryDeviceDetail = "QueryDeviceDetail"
    DeleteDevice = "DeleteDevice"
    CreateProduct = "CreateProduct"
    DeleteProduct = "DeleteProduct"


UNDER_TEST = (
    Action.BatchRegisterDevice,
    Action.BatchCheckDeviceNames,
    Action.BatchRegisterDeviceWithApplyId,
    Action.QueryBatchRegisterDeviceStatus,
    Action.QueryPageByApplyId,
)
"""The five operations of batch registration: the contract."""

SUPPORT = tuple(action for action in Action if action not in UNDER_TEST)
"""The operations for set-up, cross-checks and clean-up. A target need not offer them."""
