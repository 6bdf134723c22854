"""The API against its own OpenAPI, by schemathesis: whatever is sent, no 500 and nothing that was not promised."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from data.settings import Settings
from data.store import Store
from model.access.authenticator import Authenticator
from model.api.app import create_api

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
]
OPERATIONS = [
    "POST /v1/predict",
    "POST /v1/predict/batch",
    "POST /v1/feedback",
    "GET /v1/health",
    "GET /v1/ready",
    "GET /v1/model",
    "GET /v1/taxonomy",
]


@pytest.fixture(scope="module")
def operations(standby, taxonomy, tmp_path_factory):
    kept = Store(f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/fuzz.db")
    knobs = Settings(requests_a_minute=1_000_000)
    api = create_api(standby, lambda: kept, taxonomy, knobs, Authenticator(knobs, lambda: kept))
    body = api.openapi()["components"]["schemas"]["Email"]["properties"]["body"]
    del body["maxLength"]  # Hypothesis cannot make a text so long; test_schema and test_pages do
    schema = schemathesis.openapi.from_asgi("/openapi.json", api)
    return {operation.ok().label: operation.ok() for operation in schema.get_all_operations()}


def test_all_addresses_are_fuzzed(operations):
    assert set(operations) == set(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_address_keeps_its_promises(operations, label):
    keep_promises(operations[label], GenerationMode.POSITIVE)


@pytest.mark.parametrize("label", [label for label in OPERATIONS if label.startswith("POST")])
def test_an_address_refuses_what_it_does_not_take(operations, label):
    keep_promises(operations[label], GenerationMode.NEGATIVE)


def keep_promises(operation, mode):
    @settings(max_examples=100, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        case.call_and_validate(checks=CHECKS)

    run()
