"""Patterns of attributions, separators, headers, signatures and legal footers in mail, in eight languages.

Every pattern matches in linear time.
"""

import re

_I = re.IGNORECASE

QUOTED_LINE = re.compile(r"\s{0,3}>")
QUOTE_MARK = re.compile(r"\s{0,3}> ?")
RULE_LINE = re.compile(r"\s*[_=*-]{10,}\s*$")

ATTRIBUTION_START = re.compile(r"(?:On|Am|Le|El|Il|Op|Em|No dia|A|Den|Il giorno|Em dia|Dnia|Quoting|Zitat von)\s", _I)
ATTRIBUTION_END = re.compile(
    r"(?:\b(?:wrote|writes|a écrit|escribió|ha scritto|scrive|escreveu|napisał\S{0,4}|geschreven)"
    r"|\b(?:schrieb|schreef|skrev)\b.{0,160}|\b(?:Quoting|Zitat von)\b.{1,160})\s?:?\s*$",
    _I,
)
ATTRIBUTION_DATE = re.compile(r"@|\d[:.h]\d\d|\d{4}")
DATED_ATTRIBUTION = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d?[^<>]{1,100}<[^<>\s]+@[^<>\s]+>:?\s*$")

REPLY_SEPARATOR = re.compile(
    r"\s*[-_=*]{2,}\s*(?:Original (?:Message|Appointment|Nachricht)|Original-?nachricht"
    r"|Ursprüngliche (?:Nachricht|E-Mail)"
    r"|Message d['’]origine|Message original|Mensaje original|Messaggio originale|Oorspronkelijk bericht"
    r"|Mensagem original)\s*[-_=*]{2,}\s*$",
    _I,
)
FORWARD_SEPARATOR = re.compile(
    r"\s*[-_=*]{2,}\s*(?:Forwarded (?:message|mail|by\b.{0,120})|Weitergeleitete Nachricht|Weitergeleitet (?:von"
    r"|durch).{0,120}"
    r"|Message transféré|Mensaje reenviado|Messaggio inoltrato|Doorgestuurd bericht|Mensagem (?:re)?encaminhada)"
    r"\s*[-_=*]{2,}\s*$"
    r"|\s*(?:>\s?)*(?:Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-Mail)"
    r"|Début du message (?:transféré|réexpédié)|Inicio del mensaje reenviado|Inizio messaggio inoltrato"
    r"|Begin doorgestuurd bericht|Início da mensagem (?:re)?encaminhada)\s?:?\s*$",
    _I,
)
FORWARD_SUBJECT = re.compile(r"\s*(?:(?:re|aw|sv|antw|res|r)\s?:\s*){0,5}(?:fwd?|wg|tr|rv|enc|doorst|i)\s?:", _I)

_NAMES = {
    "from": "From|Von|De|Da|Van|Fra|Från",
    "when": "Sent|Date|Gesendet|Datum|Envoyé|Enviado|Enviado el|Fecha|Inviato|Data|Verzonden|Enviada|Enviada em|Sendt",
    "to": "To|An|À|A|Pour|Para|Aan|Til|Till|Cc|Bcc|Cco|Kopie|Copie|Copia|Reply-To|Antwort an|Répondre à",
    "subject": "Subject|Betreff|Objet|Sujet|Asunto|Oggetto|Onderwerp|Assunto|Emne|Ämne",
    "other": "Importance|Priority|Attachments?|Wichtigkeit|Anlagen|Anhänge|Organization|Message-ID|Resent-From",
}
HEADER_LINE = re.compile(
    r"[>\s]{0,20}[*_]{0,2}(?:"
    + "|".join(f"(?P<{kind}>{names})" for kind, names in _NAMES.items())
    + r")\s?[*_]{0,2}\s?:",
    _I,
)

_DEVICE = (
    r"(?:iphone|ipad|android|samsung|galaxy|outlook|windows|blackberry|yahoo|huawei|xiaomi|pixel|proton|gmx|web\.de"
    r"|mobile|mobil|handy|phone|smartphone|tablet|móvil|telefoon|telefono|téléphone|sony|nokia|htc|lg|t-mobile|verizon)"
)
SENT_FROM = re.compile(
    r"(?:(?:Sent (?:from|via|with)|Gesendet (?:von|mit)|Envoyé (?:de|depuis|à partir)|Enviado (?:desde|do|de|a)"
    rf"|Inviato da|Verzonden (?:van|met|vanaf)) .{{0,40}}\b{_DEVICE}\b.{{0,30}}"
    rf"|Von meinem .{{0,30}}\b{_DEVICE}\b.{{0,15}} gesendet.{{0,10}}"
    r"|(?:Get|Holen Sie sich|Obtenez|Obtener|Scarica|Download) (?:Outlook|BlueMail|Yahoo).{0,40})$",
    _I,
)
_PHRASES = (
    r"(?:with |my )?(?:best|kind|kindest|warm|warmest|many)?\s?(?:regards|wishes|thanks)|(?:all the )?best|rgds|br|thx"
    r"|thank you(?: very much| so much| in advance)?|thanks(?: a lot| again| in advance| and (?:best |kind )?regards)?"
    r"|cheers|(?:yours )?(?:sincerely|faithfully|truly)|yours|sincerely yours|respectfully"
    r"|mit (?:freundlichen|besten|herzlichen) gr(?:ü|ue)(?:ß|ss)en|gru(?:ß|ss)|mfg|lg|vg|danke|hochachtungsvoll"
    r"|(?:viele|liebe|beste|schöne|herzliche) gr(?:ü|ue)(?:ß|ss)e|(?:vielen|besten|herzlichen) dank"
    r"|(?:bien )?cordialement|(?:meilleures|sincères) salutations|merci(?: d['’]avance| beaucoup)?|bonne journée"
    r"|(?:un |muchos )?saludos?(?: cordial(?:es)?)?|atentamente|(?:muchas )?gracias|cordialmente"
    r"|(?:cordiali |distinti |un )?saluti|grazie(?: mille)?"
    r"|met vriendelijke groet(?:en)?|(?:hartelijke |vriendelijke )?groet(?:en|jes)?|mvg|(?:alvast )?bedankt"
    r"|atenciosamente|(?:com os )?(?:melhores )?cumprimentos|obrigad[oa]|abraços?"
)
CLOSING = re.compile(rf"(?i:{_PHRASES})[,.!]{{0,3}}(?:\s+(?:[^\W\d_a-zß-ÿ][\w.'’-]{{0,20}}\s?){{1,3}})?\s*$")
SIGNATURE_DASHES = re.compile(r"\s?(?:--|—)\s{0,3}$")

_THIS = r"(?:this|the information (?:contained |transmitted )?in this) (?:e-?mail|message|communication|transmission)"
_SCANNER = (
    r"(?:anti-?virus|mailscanner|symantec|mcafee|avg|avast|norton|kaspersky|sophos|barracuda|mimecast|messagelabs)"
)
FOOTER_START = re.compile(
    r"[\s*_|<\[(-]{0,6}(?:"
    r"(?:confidentiality|privacy|legal|privileged|disclaimer)\b.{0,40}(?:notice|note|statement|information)\b\s?[:*.-]"
    r"|disclaimer\s?[:*]|(?:caution|warning|attention)?[:!* -]{0,6}external (?:e-?mail|sender|message)\b\W"
    r"|caution:? this (?:e-?mail|message) originated"
    rf"|{_THIS}\b.{{0,160}}(?:confidential|privileged|legally protected|intended (?:only|solely|exclusively)"
    r"|intended for the (?:use|addressee|recipient|exclusive|named|individual|person))"
    rf"|{_THIS} (?:was|has been) (?:checked|scanned)\b|no virus found|virus-free\b"
    rf"|(?:scanned|checked|geprüft) (?:by|von|for|mit)\b.{{0,40}}\b{_SCANNER}\b"
    r"|the (?:information|contents?) (?:contained|transmitted|in|of) .{0,40}(?:confidential|intended (?:only|solely))"
    r"|if you (?:are not the intended|have received this (?:e-?mail|message|communication) in error)"
    r"|please consider the environment|think before you print|begin pgp signed message"
    r"|diese (?:e-?mail|nachricht)\b.{0,120}(?:vertraulich|rechtlich gesch|ausschließlich|virenfrei|auf viren)"
    r"|der inhalt dieser (?:e-?mail|nachricht)|wenn sie nicht der (?:richtige|beabsichtigte) (?:adressat|empfänger)"
    r"|bitte (?:denken|prüfen) sie .{0,60}(?:umwelt|ausdruck)"
    r"|ce (?:message|courriel|mail|courrier)\b.{0,120}(?:confidentiel|destiné|destinataire)"
    r"|este (?:mensaje|correo|e-?mail)\b.{0,120}(?:confidencial|destinatario|dirigid)"
    r"|quest[oa] (?:messaggio|e-?mail)\b.{0,120}(?:riservat|confidenzial|destinatari)"
    r"|(?:dit (?:e-?mail)?bericht|deze e-?mail)\b.{0,120}(?:vertrouwelijk|bestemd)"
    r"|esta mensagem\b.{0,120}(?:confidencia|destinat)"
    r"|to (?:unsubscribe|opt[- ]out|stop receiving|be removed)(?: from .{1,60}| .{1,20})?,? ?"
    r"(?:please |simply |just )?\b(?:click|visit|send|go to|reply to|e-?mail us|follow|https?:)"
    r"|unsubscribe\s?(?:here\b|[|<]|[:\[(]\s?http)|click here to unsubscribe(?:[.|]|\s*$| from)"
    r"|you (?:are receiving|receive|received) th(?:is|ese) (?:e-?mail|message|newsletter)s? (?:because|as a|since)"
    r"|if you (?:no longer|do not|don['’]t) (?:wish|want) to receive (?:these|this|further|future|any|such|our|more)\b"
    r"|um sich .{0,40}abzumelden|zum abmelden (?:klicken|bitte)|pour vous (?:désinscrire|désabonner)"
    r")",
    _I,
)
LIST_FOOTER = re.compile(r"mailing list|listinfo|unsubscribe|google groups|yahoo! groups", _I)
PGP_SIGNATURE = re.compile(r"-----BEGIN PGP SIGNATURE-----")
POSTSCRIPT = re.compile(r"p\.?\s?s\.?\b", _I)
MAIL_OR_LINK = re.compile(r"\S@\S|www\.|https?://", _I)
PHONE_LINE = re.compile(r"\s*(?:[^\W\d]{1,12}\s?[.:]{0,2}\s?)?[+(]?\d[\d\s()/.+-]{5,40}\d\s*$")
