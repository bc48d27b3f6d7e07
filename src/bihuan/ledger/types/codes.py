"""Numbers that follow a published standard: kept in its one form, refused with its own reason."""

from abc import abstractmethod
from typing import Any

from bihuan.base import clock
from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, as_text
from bihuan.standards import admin_code_gb2260, credit_code_gb32100, identity_gb11643, masking, phone_number
from bihuan.standards.problem import Problem, Refused


class _StandardCode(FieldType):
    """Text that a standard says how to write. A number from a cell is its digits, unless some are lost."""

    expression_kind = Kind.TEXT

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        def read(raw: Any) -> str:
            text = as_text(raw)
            try:
                return self.one_form(text)
            except Refused as problem:
                raise BadValue(str(problem)) from problem

        return read

    @abstractmethod
    def one_form(self, text: str) -> str:
        """The form in which it is stored and compared. Raises Refused with the standard's reason."""


def _require(problem: Problem | None) -> None:
    if problem is not None:
        raise Refused(problem.code, problem.message)


class Phone(_StandardCode):
    """A telephone number of the mainland (《电信网编号计划（2017年版）》)."""

    code = "phone"
    title = "电话"
    personal = True

    def one_form(self, text: str) -> str:
        return phone_number.normalise(text)

    def mask_shown(self, shown: str) -> str:
        return masking.mask_phone(shown)


class Identity(_StandardCode):
    """A citizen's identity number (GB 11643-1999); one of 15 digits becomes its 18."""

    code = "identity"
    title = "身份证号"
    personal = True

    def one_form(self, text: str) -> str:
        _require(identity_gb11643.check(text, clock.today()))
        return identity_gb11643.to_eighteen(text)

    def mask_shown(self, shown: str) -> str:
        return masking.mask_identity(shown)


class CreditCode(_StandardCode):
    """An organisation's unified social credit code (GB 32100-2015)."""

    code = "credit_code"
    title = "统一社会信用代码"

    def one_form(self, text: str) -> str:
        _require(credit_code_gb32100.check(text))
        return credit_code_gb32100.normalise(text)


class AdminCode(_StandardCode):
    """A code of administrative division (GB/T 2260), in the shortest of its three lengths."""

    code = "admin_code"
    title = "行政区划代码"

    def one_form(self, text: str) -> str:
        return admin_code_gb2260.canonical(text)
