"""The reasons for which something counts as unread, each with the sentence that a person reads.

An extractor, the sandbox and the detectors name a code of this list; a test holds the code base against it.
Threat numbers refer to docs of the project's threat catalogue in SECURITY.md.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    # opening
    "missing": "the file is not there",
    "unreadable": "the file cannot be opened (rights, or the disk says no)",
    "not_a_file": "not a regular file (pipe, socket or device)",
    "symlink_loop": "the link leads back to itself",
    "unreachable": "the store in which it lies did not answer",
    "changed": "the file changed while it was being read",
    "empty": "the file is empty",
    "no_text": "no text was found in it",
    # protection
    "encrypted": "protected by a password or a certificate",
    "rights_managed": "wrapped by a rights management system",
    # form
    "unsupported_type": "no reader for this type of file",
    "unsupported_media": "sound, video, ink, 3D or another medium that is not read",
    "unsupported_method": "packed by a method that is not read",
    "missing_volume": "one volume of several; the others are not here",
    "damaged": "damaged; what could be read is listed",
    "truncated": "ends before it should",
    "trailing_data": "carries data after its end",
    "duplicate_member": "two members of one name, or two directories that disagree",
    "type_conflict": "is two types of file at once",
    # PDF and pictures
    "page_not_read": "a page could not be read",
    "image_page_not_read": "a page is a picture and was not read",
    "image_not_read": "a picture that may hold text was not read",
    "ocr_uncertain": "text in a picture was read with too little confidence",
    "text_unreliable": "the text behind the page does not spell what the page shows",
    "readers_disagree": "two readers see different text",
    "xfa": "a dynamic form whose content was not read",
    "prior_revision": "an older revision inside the file was not read",
    "outlined_text": "text drawn as outlines was not read",
    # text
    "encoding_uncertain": "the character encoding is uncertain",
    "undecodable": "an encoded stretch that could not be decoded",
    "language_not_covered": "in a language that the rules do not cover",
    "script_built": "the text of the page is made by a script",
    # mail
    "external_body": "the body of the message lies elsewhere",
    "partial_message": "one piece of a message sent in pieces",
    # limits
    "limit_input": "larger than the limit for one file",
    "limit_text": "more text than the limit",
    "limit_unpacked": "unpacks to more than the limit",
    "limit_ratio": "packed tighter than the limit (a bomb?)",
    "limit_members": "more members than the limit",
    "limit_depth": "nested deeper than the limit",
    "limit_pages": "more pages than the limit",
    "limit_pixels": "a picture larger than the limit",
    "limit_xml": "XML nested or expanded beyond the limit",
    # the reader itself
    "timed_out": "took longer than the limit",
    "crashed": "the reader crashed on it",
    "out_of_memory": "needed more memory than the limit",
    "bad_reply": "the reader's answer was incomplete or not its own",
    "detector_failed": "a detector failed on it",
}

# The fault of the machine or of a reader on that day, not of the document: it is tried again.
TRANSIENT = frozenset(
    {"timed_out", "crashed", "out_of_memory", "bad_reply", "detector_failed", "changed", "unreachable"}
)


def sentence(code: str) -> str:
    """What a person reads for `code`; an unknown code speaks for itself rather than failing a report."""
    return CODES.get(code, code.replace("_", " "))
