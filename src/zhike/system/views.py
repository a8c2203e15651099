"""Pages of the installation: jobs, an entry of the journal, health."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.showing import sentence_of
from zhike.jobs.models import STATES, Job
from zhike.people.doors import door, me, open_to_all
from zhike.people.pages import table_page
from zhike.people.rules import can
from zhike.system.actions import cancel_job, jobs_of, retry_job, tone_of
from zhike.system.health import look, worst
from zhike.system.reading import about, details, entries_for
from zhike.ui import grid
from zhike.ui.grid import Column


def _label(job: Job) -> str:
    return grid.tag(job.state_text(), tone_of(job))


def _far(job: Job) -> str:
    percent = job.percent()
    return grid.text("" if percent is None else f"{percent} %")


JOBS = (
    Column("what", _("Job"), lambda job: grid.link(str(job), job.get_absolute_url()), phone="title"),
    Column("state", _("State"), _label, phone="aside"),
    Column("far", _("Progress"), _far, css="r", phone="meta"),
    Column("by", _("Asked for by"), lambda job: grid.person(job.asked_by), phone="meta"),
    Column("asked", _("Asked for"), lambda job: grid.ago(job.created_at), phone="meta"),
    Column("error", _("Message"), lambda job: grid.text(job.error or job.text), css="ink-2"),
)


@door()
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Own jobs; everybody's for those who run the installation."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    found = jobs_of(me(request))
    return table_page(
        request, JOBS, found.filter(state=state) if state else found, title=_("Jobs"), empty=_("No job"),
        hint=_("Imports, exports and other long work show up here."), filtered=bool(state), template="system/jobs.html",
        context={"state": state, "everybody": can(me(request), "run_system")},
    )  # fmt: skip


@door()
@require_GET
def job(request: HttpRequest, number: int) -> HttpResponse:
    """One job."""
    found = get_object_or_404(jobs_of(me(request)), pk=number)
    return render(request, "system/job.html", {"job": found, "tone": tone_of(found)})


@door()
@require_GET
def job_progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far a job is; asks again by itself until the job has ended."""
    found = get_object_or_404(jobs_of(me(request)), pk=number)
    return render(request, "system/_progress.html", {"job": found, "tone": tone_of(found)})


@door()
@require_POST
def job_cancellation(request: HttpRequest, number: int) -> HttpResponse:
    """Stop a job."""
    found = get_object_or_404(jobs_of(me(request)), pk=number)
    cancel_job(job=found, by=me(request), at=timezone.now())
    return redirect("job", number)


@door()
@require_POST
def job_again(request: HttpRequest, number: int) -> HttpResponse:
    """Ask again for a job."""
    found = get_object_or_404(jobs_of(me(request)), pk=number)
    retry_job(job=found, by=me(request), at=timezone.now())
    return redirect("job", number)


@door("see_journal", customer_data=True)
@require_GET
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry, with the values before and after."""
    person = me(request)
    found = get_object_or_404(entries_for(person), pk=number)
    page_of = {
        "entry": found, "rows": details(found, person), "sentence": sentence_of(found, person), "what": about(found, person),
    }  # fmt: skip
    return render(request, "system/entry.html", page_of)


TONES = {"good": "success", "warning": "warning", "bad": "error"}


@door("run_system")
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """How the installation is."""
    found = look(timezone.now())
    rows = [{"finding": one, "tone": TONES[one.state]} for one in found]
    return render(request, "system/health.html", {"rows": rows, "tone": TONES[worst(found)]})


@open_to_all
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """For the proxy and the watchdog: 200 when the database answers, else 503; nothing else is told."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down"}, status=503)
    return JsonResponse({"status": "up"})
