"""What somebody wrote is told from what came along, and no line is lost or doubled."""

import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from data.intake.message import read_message
from data.intake.reply_parts import split_reply
from tests.bench.fuzz_intake import mail

ASK = "My parcel is late. Where is it?"
OLD = "It was sent on Monday."

ATTRIBUTIONS = [
    "On Mon, 23 Nov 2026 at 09:00, Desk <desk@example.org> wrote:",
    "On Mon, Nov 23, 2026 at 9:00 AM The Desk of Example Limited\n<desk@example.org> wrote:",
    "On 23.11.26 09:00, Desk wrote:",
    "On 23 Nov 2026, at 09:00, Desk <desk@example.org>\nwrote:",
    "Am 23.11.2026 um 09:00 schrieb Desk <desk@example.org>:",
    "Am Mo., 23. Nov. 2026 um 09:00 Uhr schrieb Desk <\ndesk@example.org>:",
    "Le lun. 23 nov. 2026 à 09:00, Desk <desk@example.org> a écrit :",
    "El lun, 23 nov 2026 a las 9:00, Desk (<desk@example.org>) escribió:",
    "Il giorno lun 23 nov 2026 alle ore 09:00 Desk <desk@example.org> ha scritto:",
    "Op ma 23 nov 2026 om 09:00 schreef Desk <desk@example.org>:",
    "Em seg., 23 de nov. de 2026 às 09:00, Desk <desk@example.org> escreveu:",
    "2026-11-23 9:00 GMT+01:00 Desk <desk@example.org>:",
]
BLOCKS = [
    "From: Desk <desk@example.org>\nSent: Monday, 23 November 2026 09:00\nTo: Ann\nSubject: RE: Parcel",
    "Von: Desk <desk@example.org>\nGesendet: Montag, 23. November 2026 09:00\nAn: Ann\nBetreff: AW: Paket",
    "De : Desk <desk@example.org>\nEnvoyé : lundi 23 novembre 2026 09:00\nÀ : Ann\nObjet : RE: Colis",
    "De: Desk <desk@example.org>\nEnviado el: lunes, 23 de noviembre de 2026\nPara: Ann\nAsunto: RE: Paquete",
    "Da: Desk <desk@example.org>\nInviato: lunedì 23 novembre 2026 09:00\nA: Ann\nOggetto: R: Pacco",
    "Van: Desk <desk@example.org>\nVerzonden: maandag 23 november 2026 09:00\nAan: Ann\nOnderwerp: RE: Pakket",
    "De: Desk <desk@example.org>\nEnviada: segunda-feira, 23 de novembro de 2026\nPara: Ann\nAssunto: RE: Encomenda",
    "*From:* Desk\n*Sent:* Monday\n*To:* Ann <ann@example.com>;\n Bob <bob@example.com>\n*Subject:* RE: Parcel",
    "-----Original Message-----\nFrom: Desk\nSubject: Parcel",
    "-----Ursprüngliche Nachricht-----\nVon: Desk",
    "________________________________\nFrom: Desk\nDate: Monday\nSubject: Parcel",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("quote", ["> ", ""])
def test_history_below_an_attribution_is_quoted(attribution, quote):
    found = split_reply(f"{ASK}\n\n{attribution}\n{quote}{OLD}\n{quote}\n{quote}Best, Bo")
    assert found.body == ASK
    assert found.quoted.startswith(attribution)
    assert OLD in found.quoted


@pytest.mark.parametrize("block", BLOCKS)
def test_history_below_a_header_block_is_quoted(block):
    found = split_reply(f"{ASK}\n\n{block}\n\n{OLD}")
    assert (found.body, found.quoted, found.forwarded) == (ASK, f"{block}\n\n{OLD}", "")


def test_answers_between_quoted_lines_are_body():
    text = "On 23.11.26 09:00, Desk wrote:\n> Is it red?\n\nYes.\n\n> And big?\n> Or small?\n\nBig, and it leaks."
    found = split_reply(text)
    assert found.body == "Yes.\n\nBig, and it leaks."
    assert found.quoted.split("\n\n") == ["On 23.11.26 09:00, Desk wrote:\n> Is it red?", "> And big?\n> Or small?"]


@pytest.mark.parametrize("before", [ASK, "On Monday I ordered it.", "Here is what I was told on 23.11.2026."])
def test_a_sentence_right_above_an_attribution_is_no_part_of_it(before):
    for head in ("Desk wrote:", "On 23.11.26 09:00, Desk wrote:", "> On 23.11.26 09:00, Desk wrote:"):
        assert split_reply(f"{before}\n{head}\n> {OLD}").body == before


@pytest.mark.parametrize(
    "text",
    [
        "On Monday your colleague wrote:\nThat it is on its way. It is not.",
        "From: the start of May\nI have waited for it.",
        "I wrote:\nplease cancel it.",
        "From: Ann <ann@example.com>\nDate: Monday\nSubject: Refund\n\nMessage: the parcel is broken.",
        "From what I see, the total is wrong.\nTo: be fair, only by a cent.",
    ],
)
def test_sentences_that_look_like_history_stay(text):
    assert split_reply(text).body == text


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nAnn Lee\nSales | Example Ltd.\n+44 20 7946 0001",
        "--\nAnn",
        "Sent from my iPhone",
        "Gesendet von meinem Samsung Galaxy Smartphone.",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPad",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verzonden vanaf mijn iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Best regards,\nAnn Lee\nHead of Sales\nTel: +44 20 7946 0001\nwww.example.com",
        "Mit freundlichen Grüßen\n\nAnn Lee\nEinkauf",
        "Cordialement,\nAnn Lee",
        "Un saludo\nAna",
        "Cordiali saluti,\nAnna Li",
        "Met vriendelijke groet,\n\nAnn",
        "Atenciosamente,\nAna",
        "Thanks, Ann",
        "Kind regards\n\nAnn\n\nSent from my iPhone",
    ],
)
def test_a_signature_is_set_apart(ending):
    found = split_reply(f"{ASK}\n\n{ending}")
    assert found.body == ASK
    assert found.signature.split() == ending.split()


@pytest.mark.parametrize(
    "text",
    [
        "Thanks,",
        "Thank you for the parcel.\nIt is broken.",
        f"{ASK}\n\nThanks\nplease cancel my order",
        f"{ASK}\n\nThanks\nOrder 12345",
        f"{ASK}\n\nRegards\nAnn\n\nPS: I moved, too.",
        f"{ASK}\n\n--\nAnd why was I charged twice?",
        f"{ASK}\n\n----------\nPlease unsubscribe me from the mailing list",
        f"{ASK}\n\nBest\nCan you call me at +44 20 7946 0001?",
        "--\nThe dashes above were on my screen.",
        "Sent from my old address three times, and no answer on my phone.",
        "I have a question.\n\nGet my phone working please",
        f"{ASK}\n\nRegards,\nI would like to know what happens next with it.",
    ],
)
def test_a_signature_never_swallows_a_request(text):
    assert split_reply(text).body == text


@pytest.mark.parametrize(
    "footer",
    [
        "This e-mail and any files with it are confidential and\nintended only for the addressee.",
        "CONFIDENTIALITY NOTICE: what is in here is for you alone.",
        "If you are not the intended recipient, delete it.",
        "Diese E-Mail enthält vertrauliche Informationen.\nBitte löschen Sie sie.",
        "Ce message et ses pièces jointes sont confidentiels.",
        "Este mensaje puede contener información confidencial.",
        "Questo messaggio contiene informazioni riservate.",
        "Dit bericht is vertrouwelijk.",
        "Esta mensagem pode conter dados confidenciais.",
        "This email has been checked for viruses by Avast.",
        "Virus-free. www.example.com",
        "Please consider the environment before printing it.",
        "To unsubscribe from this list, please click here: https://example.com/u",
        "Unsubscribe | Privacy",
        "You are receiving this email because you signed up.",
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----",
        "____________________\nExample-users mailing list\nhttps://lists.example.com/",
    ],
)
def test_a_footer_is_set_apart_and_what_is_written_stays(footer):
    found = split_reply(f"{ASK}\n\nRegards\nAnn\n\n{footer}")
    assert (found.body, found.signature, found.footer) == (ASK, "Regards\nAnn", footer)


def test_a_list_that_speaks_below_a_signature_is_a_footer():
    trailer = "--\nExample users: users@example.com\nhttps://lists.example.com/listinfo/users"
    found = split_reply(f"{ASK}\n\n-- \nAnn Lee\n\n{trailer}")
    assert (found.body, found.signature, found.footer) == (ASK, "--\nAnn Lee", trailer)


def test_a_banner_on_top_is_a_footer():
    banner = "CAUTION: This email originated from outside of the company."
    assert split_reply(f"{banner}\n\n{ASK}").body == ASK
    assert split_reply(f"[EXTERNAL EMAIL] {banner}\n\n{ASK}").footer.endswith("company.")


@pytest.mark.parametrize(
    "text",
    [
        "I cannot unsubscribe from your newsletter.",
        "To unsubscribe I tried the link, but it is broken.",
        "Hi,\nUnsubscribe me\nplease",
        "Important note: we are locked out.",
        "Warning: external disk failed.",
        "This message was sent to me by mistake.",
        "Scanned by me and attached.",
        "If you do not want to receive my business, go on like this.",
        "The information I gave you is wrong.",
        "Click here to unsubscribe does nothing.",
    ],
)
def test_requests_that_look_like_footers_stay(text):
    assert split_reply(text).body == text


def test_a_mail_of_nothing_but_footer_is_sorted_on_it():
    text = "This e-mail is confidential."
    assert (split_reply(text).body, split_reply(text).footer) == (text, "")


FORWARDS = [
    "---------- Forwarded message ---------\nFrom: Eve <eve@example.net>\nDate: Mon\nSubject: No access\nTo: Ann",
    "Begin forwarded message:\n\nFrom: Eve <eve@example.net>\nSubject: No access\nDate: Monday\nTo: Ann",
    "-------- Weitergeleitete Nachricht --------\nBetreff: Kein Zugang\nDatum: Montag\nVon: Eve\nAn: Ann",
    "-------- Message transféré --------\nSujet : Accès\nDate : lundi\nDe : Eve\nPour : Ann",
    "________________________________\nFrom: Eve\nSent: Monday\nTo: Ann\nSubject: No access",
]
LOST = "I cannot log in since Monday, and my invoice is due."


@pytest.mark.parametrize("head", FORWARDS)
@pytest.mark.parametrize("cover", ["", "FYI, please see below.\n\n"])
def test_a_bare_forward_is_sorted_on_what_it_forwards(head, cover):
    found = split_reply(f"{cover}{head}\n\n{LOST}\n\nRegards\nEve", forwards=True)
    assert found.body.endswith(LOST)
    assert found.body.startswith(cover.strip())
    assert (found.forwarded, found.signature) == (head, "Regards\nEve")
    assert "sorted on" in found.note


@pytest.mark.parametrize("head", FORWARDS)
def test_a_forward_with_words_of_its_own_is_sorted_on_those(head):
    own = "We had this from a customer, and think that the new gateway in Graz turns away everybody."
    found = split_reply(f"{own}\n\n{head}\n\n{LOST}", forwards=True)
    assert found.body == own
    assert LOST in found.forwarded
    assert found.note == ""


def test_a_quoted_forward_is_unquoted():
    found = split_reply(
        f"> From: Eve\n> Date: Monday\n> Subject: No access\n> To: Ann\n>\n> {LOST}\n>\n> > {OLD}", True
    )
    assert (found.body, found.quoted) == (LOST, f"> {OLD}")
    assert found.forwarded.startswith("From: Eve")


def test_a_forward_of_a_forward_is_read_to_its_end():
    inner = f"---------- Forwarded message ---------\nFrom: Eve\nSubject: No access\n\n{LOST}"
    found = split_reply(f"---------- Forwarded message ---------\nFrom: Bo\nSubject: Fwd: No access\n\n{inner}")
    assert found.body == LOST
    assert found.forwarded.count("Forwarded message") == 2


def test_a_reply_without_words_of_its_own_is_sorted_on_what_it_quotes():
    found = split_reply(f"On 23.11.26 09:00, Desk wrote:\n> {LOST}")
    assert found.body == LOST
    assert found.note == "It holds nothing but quoted text: that is sorted on."


CLIENTS = {
    "Gmail": '<div dir="ltr">ASK</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, 23 Nov 2026'
    ' at 09:00, Desk &lt;<a href="mailto:d@example.org">d@example.org</a>&gt; wrote:<br></div><blockquote'
    ' class="gmail_quote" style="margin:0 0 0 .8ex"><div>OLD</div></blockquote></div>',
    "Outlook desktop": '<p class=MsoNormal>ASK<o:p></o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;'
    'padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal><b>From:</b> Desk &lt;d@example.org&gt; <br><b>Sent:</b> Monday<br>'
    "<b>To:</b> Ann<br><b>Subject:</b> RE: Parcel<o:p></o:p></p></div><p class=MsoNormal>OLD</p>",
    "Outlook on the web": '<div>ASK</div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>Od:</b> Desk<br>'
    "<b>Wysłano:</b> poniedziałek</div><div>OLD</div>",
    "Apple Mail": '<div>ASK</div><div><blockquote type="cite"><div>On 23 Nov 2026, at 09:00, Desk &lt;d@example.org&gt;'
    " wrote:</div><br><div>OLD</div></blockquote></div>",
    "Thunderbird": '<p>ASK</p><div class="moz-cite-prefix">On 23.11.26 09:00, Desk wrote:<br></div>'
    '<blockquote type="cite" cite="mid:1@example.org"><p>OLD</p></blockquote>',
    "Yahoo": '<div>ASK</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>Desk, Monday:</div><div>OLD</div></div>',
}


@pytest.mark.parametrize("client", CLIENTS)
def test_history_in_html_is_quoted(client):
    markup = CLIENTS[client].replace("ASK", ASK).replace("OLD", OLD)
    found = read_message(mail(markup, headers="Content-Type: text/html; charset=utf-8\r\n"))
    assert found.email.body == ASK
    assert OLD in found.quoted


def test_answers_between_quotes_in_html_are_body():
    quote = "<blockquote type='cite'><p>{}</p></blockquote>"
    markup = f"{quote.format('Is it red?')}<p>Yes.</p>{quote.format('And big?')}Big."
    found = read_message(mail(markup, headers="Content-Type: text/html\r\n"))
    assert found.email.body.split() == ["Yes.", "Big."]
    assert found.quoted.split("\n\n") == ["> Is it red?", "> And big?"]


LINES = [
    ASK,
    OLD,
    "",
    "",
    " ",
    "> quoted",
    "> > more",
    ">",
    "-- ",
    "--",
    "Thanks,",
    "Ann Lee",
    "Sent from my iPhone",
    "P.S. x",
]
LINES += [
    *ATTRIBUTIONS,
    *BLOCKS,
    *FORWARDS,
    "From: x",
    "To: y",
    "Subject: z",
    "_" * 40,
    "This e-mail is confidential.",
    "Yes.",
]


@settings(max_examples=300, deadline=None)
@given(some.lists(some.sampled_from(LINES) | some.text(max_size=30), max_size=25), some.booleans())
@example(["> a", "", "On 1.1.2026 10:00 x wrote:", "", "> b"], False)
@example([ATTRIBUTIONS[0], "\x85"], False)
@example([ATTRIBUTIONS[0], "> \xa0"], False)
def test_every_line_is_in_exactly_one_part_and_in_order(pieces, forwards):
    text = "\n".join(pieces)
    found = split_reply(text, forwards)
    parts = [found.body, found.quoted, found.signature, found.footer, found.forwarded]
    before = [bare(line) for line in text.split("\n") if bare(line)]
    after = [[bare(line) for line in part.split("\n") if bare(line)] for part in parts]
    assert Counter(before) == sum(map(Counter, after), Counter())
    for part in after:
        left = iter(before)
        assert all(line in left for line in part)
    assert found.body or not before


def bare(line):
    """A line without its quote marks, which are taken off where quoted text is sorted on."""
    return re.sub(r"^[>\s]+", "", line).rstrip()
