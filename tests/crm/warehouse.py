"""A database with nothing but sync marts, made row by row under their contracts."""

import hashlib
import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import yaml
from conftest import PROJECT

from pql.crm.contract import CONTRACT

MODELS = {
    model["name"]: model for model in yaml.safe_load((PROJECT / CONTRACT).read_text())["models"]
}
DUE = datetime(2026, 7, 1, 14, 30)


class Warehouse:
    """A database with nothing but sync marts, made row by row."""

    def __init__(self, folder: Path):
        self.path = folder / "warehouse.duckdb"
        self.built_at = datetime(2026, 7, 1, 6)
        marts = ("sync_crm_accounts", "sync_crm_contacts", "sync_crm_tasks", "sync_alerts")
        self.rows = {mart: [] for mart in marts}

    def account(self, number: int, **values):
        return self.row(
            "sync_crm_accounts",
            account_key=f"account-{number}",
            account_id=f"a_{number}",
            account_name=f"Company {number}",
            domain=f"company{number}.example",
            **qualified(values),
        )

    def contact(self, number: int, account: int | None = None, **values):
        return self.row(
            "sync_crm_contacts",
            contact_key=f"contact-{number}",
            user_id=f"u_{number}",
            email=f"user{number}@company{number}.example",
            buying_role="champion",
            contact_status="valid",
            **qualified({"account_key": f"account-{account or number}", **values}),
        )

    def task(self, number: int, **values):
        values = {
            "account_key": f"account-{number}",
            "contact_email": f"user{number}@company{number}.example",
            "subject": f"Call Company {number}",
            "body": "why: <b>a</b> & b\nnext: call",
            "priority": "high",
            "status": "open",
            "due_at": DUE,
            "created_on": date(2026, 7, 1),
            "definition": "six_signal",
            **values,
        }
        return self.row("sync_crm_tasks", task_key=f"task-{number}", **values)

    def alert(self, number: int, **values):
        values = {
            "alert_type": "dead_signal",
            "entity_type": "account" if "entity_id" in values else "",
            "severity": "high",
            "is_open": True,
            "raised_on": date(2026, 7, 1),
            **values,
        }
        return self.row(
            "sync_alerts", alert_key=f"alert-{number}", subject_key=f"subject-{number}", **values
        )

    def row(self, mart: str, **values):
        """Add a row; columns that are not named are blank, and an enumeration's first value."""
        row = {}
        for column in MODELS[mart]["columns"]:
            kind = column["data_type"]
            blank = {"string": "", "boolean": False}.get(kind)
            row[column["name"]] = values.pop(column["name"], blank)
        assert not values, f"not in the contract of {mart}: {sorted(values)}"
        self.rows[mart].append(row)
        return row

    def save(self) -> None:
        """Write the marts, as a build would."""
        self.path.unlink(missing_ok=True)
        with duckdb.connect(self.path) as connection:
            connection.execute("create schema pql")
            for mart, rows in self.rows.items():
                columns = {each["name"]: each["data_type"] for each in MODELS[mart]["columns"]}
                types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
                connection.execute(f"create table pql.{mart} ({types})")
                for row in rows:
                    mapped = repr({**row, "sync_row_hash": None, "sync_changed_at": None})
                    row_hash = hashlib.sha256(mapped.encode()).hexdigest()
                    if row["sync_row_hash"] != row_hash:
                        row |= {"sync_row_hash": row_hash, "sync_changed_at": self.built_at}
                if rows:
                    file = self.path.with_name(f"{mart}.json")
                    file.write_text(json.dumps(rows, default=str))
                    read = f"read_json('{file}', columns = {columns})"
                    connection.execute(f"insert into pql.{mart} select * from {read}")


def qualified(values):
    """What a qualified lead looks like, but for the given values."""
    return {
        "status": "qualified",
        "score": 80,
        "tier": "high",
        "motion": "sales_assisted",
        "reason": "viewed the pricing page 3 times in the last 14 days",
        "first_qualified_date": date(2026, 6, 20),
        "last_qualified_date": date(2026, 6, 20),
        "sla_due_at": DUE,
        **values,
    }


def fill(warehouse, count=3):
    """A few leads, each an account with a contact and a task."""
    for number in range(1, count + 1):
        warehouse.account(number)
        warehouse.contact(number)
        warehouse.task(number)
