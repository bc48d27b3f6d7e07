"""Roles: what a post lets its person do. A row of this table is all there is to a role."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """A role and its reach: `below` sees the unit and the units under it, `all` reads every ledger of the county."""

    code: str
    title: str
    reach: str = "below"
    acts: bool = True


HANDLER = Role("handler", "经办")
UNDERTAKER = Role("undertaker", "承办")
SUPERVISOR = Role("supervisor", "督办")
REVIEWER = Role("reviewer", "审核")
LEADER = Role("leader", "领导")
AUDITOR = Role("auditor", "审计员", reach="all", acts=False)
SYSTEM_ADMIN = Role("system_admin", "系统管理员", reach="none", acts=False)
SECURITY_ADMIN = Role("security_admin", "安全管理员", reach="none", acts=False)
AUDIT_ADMIN = Role("audit_admin", "审计管理员", reach="none", acts=False)

ROLES = (
    HANDLER,
    UNDERTAKER,
    SUPERVISOR,
    REVIEWER,
    LEADER,
    AUDITOR,
    SYSTEM_ADMIN,
    SECURITY_ADMIN,
    AUDIT_ADMIN,
)
BY_CODE = {role.code: role for role in ROLES}


def role_title(code: str) -> str:
    role = BY_CODE.get(code)
    return role.title if role else code
