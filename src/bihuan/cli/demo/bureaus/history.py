"""The whole book of the two bureaus, subject by subject."""

from datetime import date

from bihuan.cli.demo.bureaus import (
    audit_committee,
    audit_discipline,
    audit_plan,
    audit_reports,
    audit_study,
    internal_programme,
    internal_projects,
    internal_talent,
    urban_cases,
    urban_checks,
    urban_complaints,
    urban_cooperation,
    urban_force,
    urban_learning,
    urban_people,
    urban_permits,
    urban_places,
    urban_plan,
    urban_publicity,
    urban_requests,
    urban_scores,
    urban_training,
    urban_violations,
    urban_voices,
)
from bihuan.cli.demo.bureaus.book import Book


def history(today: date, seed: int, pace: int = 1) -> Book:
    """Everything that happens in the ledgers of both packs from the first day of last year to yesterday."""
    book = Book(today, seed, pace)
    _audit(book)
    _urban(book)
    return book


def _audit(book: Book) -> None:
    audits = audit_plan.plan(book, audit_committee.committee(book))
    audit_reports.reports(book)
    internal_projects.projects(book, internal_programme.programme(book))
    internal_talent.talent(book, audits)
    internal_talent.knowledge(book)
    audit_study.study(book)
    audit_study.moves(book)
    audit_study.universities(book)
    audit_discipline.discipline(book, audits)


def _urban(book: Book) -> None:
    people = urban_people.staff(book)
    force = urban_force.force(book, people)
    urban_plan.group(book)
    urban_training.training(book)
    urban_learning.learning(book, people)
    urban_publicity.publicity(book)
    cases = urban_cases.cases(book, force)
    urban_scores.scores(book, force)
    urban_scores.faults(book, force, cases)
    urban_permits.permits(book, force)
    urban_requests.requests(book)
    urban_complaints.complaints(book)
    urban_voices.voices(book)
    urban_cooperation.cooperation(book, urban_cooperation.campaigns(book))
    urban_violations.violations(book, force)
    urban_checks.checks(book, force)
    urban_places.agreements(book)
    urban_places.buildings(book, force)
    urban_places.sweeping(book)
