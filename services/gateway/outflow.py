"""Outflow is numbers, never people: an exact count is rounded or suppressed here, no further (DOMAIN scope 1)."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from contracts import outflow
from contracts.channels import OUTFLOW
from contracts.fields import Digest, Division
from contracts.outflow import HalfYear, cell
from contracts.vocabulary import OutflowSource, Sector
from services.gateway import examples
from services.gateway.deps import Answer, Body, Issue, SubjectId, shown
from services.gateway.examples import example
from services.gateway.rows import From, Page, Viewing, plain
from services.node.commands import minted
from services.views.outflow import OUTFLOW as OUTFLOW_COUNTS

router = APIRouter(prefix="/v1/outflow/reports", tags=["outflow"])
queries = APIRouter(tags=["outflow"])
MAX_PEOPLE = 9_999_990


class CountBody(Body):
    """How many people of the origin work there, exactly; only the rounded number is kept."""

    destination: Division
    sector: Sector
    people: Annotated[int, Field(ge=0, le=MAX_PEOPLE, strict=True)]


class ReportBody(Body):
    """One origin division and half-year; one count for each destination and sector."""

    model_config = example(examples.REPORT)

    origin: Division
    period: HalfYear
    source: OutflowSource
    counts: Annotated[list[CountBody], Field(min_length=1, max_length=40)]


class CorrectionBody(ReportBody):
    """All counts again; ``replaces``: digest of the envelope that stands."""

    model_config = example({**examples.REPORT, "replaces": examples.DIGEST})

    replaces: Digest


@router.post("", status_code=202, summary="Report outflow counts")
def report(body: ReportBody, issue: Issue) -> Answer:
    """The answer's ``subject`` is the report's id."""
    subject = minted(issue.id(OUTFLOW, outflow.Reported))
    return issue.tell(OUTFLOW, subject, outflow.Reported, _rounded(body))


@router.post("/{subject}/correction", status_code=202, summary="Correct outflow counts")
def correct(subject: SubjectId, body: CorrectionBody, issue: Issue) -> Answer:
    """The newest counts stand."""
    return issue.tell(OUTFLOW, subject, outflow.Corrected, _rounded(body))


def _rounded(body: ReportBody) -> dict[str, Any]:
    cells = [cell(count.destination, count.sector, count.people) for count in body.counts]
    ordered = sorted(cells, key=lambda one: (one.destination, one.sector))
    return {**body.model_dump(mode="json", exclude={"counts"}), "cells": [shown(one) for one in ordered]}


@queries.get("/v1/outflow", summary="Counts of all counties, rounded or suppressed")
def counts(views: Viewing, start: From = "") -> Page:
    """Counts of one origin division and half-year stand in one row."""
    rows, more = views.page(OUTFLOW_COUNTS, start)
    return Page(items=[plain(key, row) for key, row in rows], next=more)
