"""Comments on procedures, and the files attached to them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.documents import folder, keep, sniff
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.procedures.models import Procedure, ProcedureNote

__all__ = ["ProcedureNote", "add_note", "path_of"]
sentences({"procedure_commented": gettext_lazy("%(who)s commented on the procedure “%(what)s”")})


def path_of(note: ProcedureNote) -> Path:
    """Where the file of a comment lies."""
    return folder() / note.sha256[:2] / note.sha256


@transaction.atomic
def add_note(
    *, procedure: Procedure, by: Person, at: datetime, text: str = "", file: Any = None
) -> ProcedureNote:
    """Comment on a running procedure; whoever sees it may. The type of a file is read from its bytes."""
    if procedure.state != "open":
        raise Conflict(_("The procedure has ended."))
    made = ProcedureNote(procedure=procedure, by=by, at=at, text=text.strip())
    if file is not None:
        made.content_type = sniff(file.file if hasattr(file, "file") else file)
        if not made.content_type:
            raise Invalid(
                _("Attached can be PDF, pictures, Word, Excel, PowerPoint and text, without macros."),
                fields={"file": _("this type is not taken")},
            )
        made.sha256 = keep(file.chunks(), file.size)
        made.file_name, made.size = Path(str(file.name)).name.replace("\x00", "")[-160:], file.size
    if not made.text and not made.sha256:
        raise Invalid(_("Write something, or attach a file."), fields={"text": _("missing")})
    made.save()
    journal(procedure, "procedure_commented", by=by, at=at, after={"sha256": made.sha256, "size": made.size})
    return made
