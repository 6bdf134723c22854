"""Converts rows of labels to Label Studio's JSON and back: a task is an email, an annotation a label on it.

See https://labelstud.io/guide/export and https://labelstud.io/guide/tasks.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

EMAIL_FIELDS = ("email_id", "subject", "body", "sender", "customers_affected", "received_at", "source")
CHOICE_FIELDS = ("category", "also", "impact", "urgency")
META_FIELDS = ("kind", "via", "expert", "suggested", "shown", "audit", "model_version")
"""Fields that Label Studio does not have: they are written to `meta`."""


def label_studio_tasks(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One task for each email, in the order of the rows, with an annotation for each row about it."""
    tasks: dict[str, dict[str, Any]] = {}
    for row in rows:
        new_task = {"data": {name: row[name] for name in EMAIL_FIELDS}, "annotations": []}
        tasks.setdefault(row["email_id"], new_task)["annotations"].append(_annotation(row))
    return list(tasks.values())


def _annotation(row: dict[str, Any]) -> dict[str, Any]:
    result = [_result(name, "choices", {"choices": [row[name]]}) for name in CHOICE_FIELDS if row[name]]
    if row["note"]:
        result.append(_result("note", "textarea", {"text": [row["note"]]}))
    return {
        "unique_id": row["label_id"],
        "completed_by": {"username": row["by"]},
        "created_at": row["at"],
        "lead_time": row["seconds"],
        "result": result,
        "meta": {name: row[name] for name in META_FIELDS},
    }


def _result(name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "body", "type": kind, "value": value}


def label_studio_rows(loaded: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yields place ("Task 3"), row, and error or "" for each annotation that was not cancelled.

    Raises ValueError where `loaded` is no export of Label Studio.
    """
    if not isinstance(loaded, list) or not all(isinstance(task, dict) for task in loaded):
        raise ValueError("This is no JSON of Label Studio: it should be a list of tasks.")
    for number, task in enumerate(loaded, start=1):
        where = f"Task {number}"
        data = task.get("data")
        if not isinstance(data, dict):
            yield where, {}, "it has no data: export it with its texts."
            continue
        annotations = [entry for entry in task.get("annotations") or () if isinstance(entry, dict)]
        annotations = [entry for entry in annotations if not entry.get("was_cancelled")]
        if not annotations:
            yield where, {}, "nobody has annotated it: there is no label to take."
        for annotation in annotations:
            yield where, {**_email_fields(data), **_label_fields(annotation)}, ""


def _email_fields(data: dict[str, Any]) -> dict[str, Any]:
    body = data.get("body", data.get("text", ""))
    return {**{name: data[name] for name in EMAIL_FIELDS if name in data}, "body": body}


def _label_fields(annotation: dict[str, Any]) -> dict[str, Any]:
    results = [result for result in annotation.get("result") or () if isinstance(result, dict)]
    values = {result.get("from_name"): _value(result) for result in results}
    if "category" not in values:
        values["category"] = next((_value(result) for result in results if result.get("type") == "choices"), "")
    by = annotation.get("completed_by")
    by = next((by[name] for name in ("username", "email", "id") if by.get(name)), "") if isinstance(by, dict) else by
    meta = annotation.get("meta")
    return {
        **({name: meta[name] for name in META_FIELDS if name in meta} if isinstance(meta, dict) else {}),
        **{name: values[name] for name in (*CHOICE_FIELDS, "note") if name in values},
        "label_id": annotation.get("unique_id") or "",
        "by": "" if by is None else str(by),
        "at": annotation.get("created_at") or "",
        "seconds": annotation.get("lead_time"),
    }


def _value(result: dict[str, Any]) -> Any:
    value = result.get("value")
    values: Sequence[Any] = (value.get("choices") or value.get("text") or [""]) if isinstance(value, dict) else [""]
    return values[0] if isinstance(values, list) else values
