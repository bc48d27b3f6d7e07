"""Who acts for the audit bureau."""

CLERK, OFFICE, HEAD = "jingban", "shenji", "shenjizhang"
SECTIONS = {"CZ": "sjcz", "JZ": "sjjz", "TZ": "sjtz", "ZG": "sjzg"}
