"""Ask Salesforce, through simple-salesforce: how to log in, how to query, what a refusal means."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
import requests
from simple_salesforce import Salesforce as Client
from simple_salesforce.exceptions import SalesforceError, SalesforceOperationError
from simple_salesforce.format import format_soql
from simple_salesforce.login import token_login

from pql.crm.engine import Crm
from pql.crm.manifests import API_VERSION, SALESFORCE_OBJECTS
from pql.crm.service import Answer, BusyError, Line, asked_wait, batches, read_address, read_secret
from pql.errors import PqlError
from pql.formatting import clean

PRODUCTION = "https://login.salesforce.com"
SANDBOX = "https://test.salesforce.com"
BATCH = 200
LONGEST_QUERY = 8000  # characters of a URL, of the 16,384 that are taken
MOST_OF_THE_DAY = 0.9  # of the requests of a day: the rest is for people, and for others
TOKEN_LIFE = timedelta(minutes=3)

PREFIXES = {"001": "Account", "003": "Contact", "00Q": "Lead", "00T": "Task"}

# What is read of answers; of an object, a name with a question mark may be missing.
PAGE = {"records": [dict], "done": bool, "nextRecordsUrl?": str}

DEPLOY = "deploy the package of `pql manifests` and assign PQL_Sync, as docs/reverse-etl.md says"
POLICIES = "see that the policies of the app let the user in"
BUSY = {"SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW", "REQUEST_RUNNING_TOO_LONG"}
GONE = {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}


class SalesforceApi(Crm):
    """An organisation of Salesforce, as something to be asked."""

    name = "Salesforce"
    address = "SALESFORCE_LOGIN_URL"
    account_variable = "SALESFORCE_CLIENT_ID"
    types = SALESFORCE_OBJECTS
    links_when_made = True

    def __init__(self, settings: Mapping[str, str]):
        """Connect to nothing yet.

        Args:
            settings: the environment; docs/reverse-etl.md lists what of it is read.
        """
        is_sandbox = settings.get("SALESFORCE_SANDBOX", "").strip().lower()
        if is_sandbox not in ("", "true", "false"):
            raise PqlError("SALESFORCE_SANDBOX: neither true nor false")
        self.is_sandbox = is_sandbox == "true"
        self.client_id = read_secret(
            "SALESFORCE_CLIENT_ID",
            settings.get("SALESFORCE_CLIENT_ID", ""),
            "the consumer key of an external client app",
        )
        self.username = settings.get("SALESFORCE_USERNAME", "").strip()
        self.private_key = self.client_secret = ""
        if self.username:
            self.private_key = read_private_key(settings.get("SALESFORCE_PRIVATE_KEY", ""))
        else:
            self.client_secret = read_secret(
                "SALESFORCE_CLIENT_SECRET",
                settings.get("SALESFORCE_CLIENT_SECRET", ""),
                "the consumer secret of an external client app (or set SALESFORCE_USERNAME and "
                "SALESFORCE_PRIVATE_KEY)",
            )
        login = settings.get("SALESFORCE_LOGIN_URL") or (SANDBOX if self.is_sandbox else PRODUCTION)
        self.login_url = read_address(
            "SALESFORCE_LOGIN_URL", login, "https://acme.my.salesforce.com"
        )
        if not self.username and self.login_url in (PRODUCTION, SANDBOX):
            raise PqlError(
                "SALESFORCE_LOGIN_URL: client credentials are taken by your own domain alone; set "
                "it, such as https://acme.my.salesforce.com"
            )
        self.queue = settings.get("SALESFORCE_TASK_QUEUE", "").strip()
        self.record_types = read_pairs(
            "SALESFORCE_RECORD_TYPES", settings.get("SALESFORCE_RECORD_TYPES", "")
        )
        super().__init__([self.client_secret, self.private_key])
        self.line = Line()
        self.client: Client | None = None
        self.has_answered = False  # since the last log-in
        self.queue_id = ""
        self.described: dict[str, dict[str, Any]] = {}

    @classmethod
    def of_environment(cls) -> SalesforceApi:
        """Connect as the environment says."""
        return cls(os.environ)

    # --- one request ------------------------------------------------------------------------------

    def ask(
        self, asked: str, request: Callable[..., Any], *arguments: Any, **options: Any
    ) -> Answer:
        """Make a request once, and return what came."""
        try:
            if self.client is None:
                self.client = self.log_in(asked)
            self.keep_to_the_limit()
            answer = request(*arguments, **options)
        except (PqlError, BusyError):
            raise
        except SalesforceError as error:
            raise self.refusal(asked, error) from None
        except SalesforceOperationError as error:
            raise self.refused(asked, self.said(error)) from None
        except requests.JSONDecodeError:
            self.read_json(asked, self.line.last.text)
            raise BusyError("half an answer") from None
        except requests.RequestException as error:
            raise BusyError(self.said(error)) from None
        except Exception as error:
            problem = f"{type(error).__name__}: {self.said(error)}"
            raise PqlError(f"Salesforce could not be asked {asked} ({problem})") from None
        self.has_answered = True
        return answer

    def log_in(self, asked: str) -> Client:
        """Get a token, by the client's own secret or by a signature."""
        if self.client_secret:
            data = {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            }
        else:
            host = SANDBOX if self.is_sandbox else PRODUCTION
            expires = datetime.now(UTC) + TOKEN_LIFE
            claims = {"iss": self.client_id, "sub": self.username, "aud": host, "exp": expires}
            data = {
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": jwt.encode(claims, self.private_key, algorithm="RS256"),
            }
        url = f"{self.login_url}/services/oauth2/token"
        self.has_answered = False
        try:
            token, instance = token_login(url, data, "login", self.client_id, None, None, self.line)
        except (AttributeError, TypeError):  # there is no token in the answer
            last = self.line.last
            if last.status_code != 200:
                raise self.refusal(
                    asked, SalesforceError(url, last.status_code, "", last.json())
                ) from None
            raise self.strange(asked, f"JSON that is no such thing: {last.text}") from None
        self.secrets.append(token)
        return Client(
            session_id=token,
            instance_url=f"https://{instance}",
            version=API_VERSION,
            session=self.line,
            object_pairs_hook=dict,
        )

    def refusal(self, asked: str, error: SalesforceError) -> Exception:
        """Say what an answer other than success means."""
        last = self.line.last
        status = last.status_code if last is not None else error.status
        headers = last.headers if last is not None else {}
        if 300 <= status < 400:
            return self.redirected(asked, status, headers.get("Location"))
        body = error.content[0] if isinstance(error.content, list) and error.content else None
        body = body if isinstance(body, dict) else {}
        code = str(body.get("errorCode", ""))
        problem = f"{code or status}: {self.said(body.get('message') or 'no more is said')}"
        if status == 429 or status >= 500 or code in BUSY:
            return BusyError(problem, asked_wait(headers))
        if code == "REQUEST_LIMIT_EXCEEDED" and "Concurrent" in problem:
            return BusyError(problem, asked_wait(headers))
        if code == "REQUEST_LIMIT_EXCEEDED":
            return PqlError("Salesforce takes no more requests today; the next sync sends the rest")
        if self.client is None:
            return self.not_logged_in(asked, error, status)
        if status == 401 and not self.has_answered:
            return PqlError(f"Salesforce does not know its own token ({problem}); {POLICIES}")
        if status == 401:  # a session ends when the organisation says so
            self.client = None
            return BusyError("the session has expired", 0)
        if not body:
            return self.strange(asked, f"{status}: {error.content}")
        if status == 403:
            return PqlError(f"Salesforce lets the user do less than this ({problem}); {DEPLOY}")
        return self.refused(asked, problem, is_gone=code in GONE)

    def not_logged_in(self, asked: str, error: SalesforceError, status: int) -> PqlError:
        """Say why there is no token."""
        code = getattr(error, "code", None)
        if not isinstance(code, str):
            self.read_json(asked, self.line.last.text)
            return self.strange(asked, f"{status}: {self.line.last.text}")
        secret = (
            "SALESFORCE_CLIENT_SECRET"
            if self.client_secret
            else ("SALESFORCE_USERNAME, SALESFORCE_PRIVATE_KEY")
        )
        return PqlError(
            f"Salesforce does not take the credentials ({self.said(error.auth_message or code)}); "
            f"check SALESFORCE_CLIENT_ID and {secret}, and {POLICIES}"
        )

    def keep_to_the_limit(self) -> None:
        """End before the requests of the day are spent; each answer says how many are."""
        usage = self.client.api_usage.get("api-usage") if self.client else None
        if usage and usage.used >= usage.total * MOST_OF_THE_DAY:
            raise PqlError(
                f"Salesforce: {usage.used:,} of {usage.total:,} requests of the day are used, and "
                f"the sync leaves {1 - MOST_OF_THE_DAY:.0%} to others; the next sync sends the rest"
            )

    def query(self, asked: str, fields: Sequence[str], clauses: str) -> list[dict[str, Any]]:
        """Return the records of a query, page by page.

        Args:
            asked: what is asked, in words.
            fields: what is wanted of each record.
            clauses: what follows these in SOQL, its values quoted.
        """
        soql = f"SELECT {', '.join(fields)} {clauses}"
        page = self.call(asked, PAGE, lambda: self.client.query(soql))
        records = list(page["records"])
        while not page["done"]:
            url = page.get("nextRecordsUrl") or ""
            page = self.call(
                asked, PAGE, lambda url=url: self.client.query_more(url, identifier_is_url=True)
            )
            records += page["records"]
        if any(name not in record for record in records for name in fields):
            raise self.strange(asked, f"JSON that is no such thing: {records[:1]}")
        return records

    def query_in(
        self, crm_object: str, fields: Sequence[str], name: str, values: Iterable[str]
    ) -> list[dict[str, Any]]:
        """Return the records that have one of some values of a field, oldest first."""
        records = []
        for batch in short_batches(sorted(set(filter(None, values)))):
            clauses = format_soql(
                f"FROM {crm_object} WHERE {name} IN {{}} ORDER BY CreatedDate, Id", batch
            )
            records += self.query(f"for {crm_object} records by {name}", fields, clauses)
        return records


def short_batches(values: Sequence[str]) -> Iterator[list[str]]:
    """Cut values into as many as a query takes: 200, or fewer where they are long."""
    for some in batches(values, BATCH):
        batch: list[str] = []
        length = 0
        for value in some:
            size = len(quote(value)) + 40
            if batch and length + size > LONGEST_QUERY:
                yield batch
                batch, length = [], 0
            batch.append(value)
            length += size
        yield batch


def read_pairs(variable: str, text: str) -> dict[str, str]:
    """Read a list such as Account=Business,Contact=Person."""
    pairs = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (each.strip() for each in part.partition("="))
        if name not in PREFIXES.values() or not value:
            raise PqlError(
                f"{variable}: {clean(part)} is not <object>=<record type>, such as "
                "Account=Business; objects are Account, Contact, Lead and Task"
            )
        pairs[name] = value
    return pairs


def read_private_key(text: str) -> str:
    """Read the key that signs for the user: itself, or the file that holds it."""
    variable = "SALESFORCE_PRIVATE_KEY"
    what = "the private key of the app's certificate (PEM), or the path of a file that holds it"
    if not text.strip():
        raise PqlError(f"{variable}: not set; it is {what}")
    key = text.strip()
    if "-----BEGIN" not in key:
        try:
            key = Path(key).read_text(encoding="utf-8")
        except (OSError, ValueError):
            raise PqlError(
                f"{variable}: neither a key nor a file that can be read; set {what}"
            ) from None
    try:
        jwt.encode({}, key, algorithm="RS256")
    except Exception:
        raise PqlError(f"{variable}: not a private key in PEM; set {what}") from None
    return key
