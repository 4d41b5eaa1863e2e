"""The mistakes that can be planted, each in one line.

Those marked SHOULD break a rule that is recommended rather than promised; those marked arguable
break a rule that only samples or inference support.
"""

LINES = """
# what the gateway reads
get-refused | GET requests are refused as an unsupported method
form-scalars-unread | ProductKey, ApplyId, Count and the page parameters are read from the query only, not from a form
query-unread-beside-form | a form with operation parameters makes the operation parameters in the query unread
form-plus-kept | a plus sign in a form body is not decoded to a space (seen in the names listed as invalid)
form-names-beyond-100-lost | DeviceName.N beyond 100 is lost when it comes in a form body
get-names-beyond-20-lost | DeviceName.N beyond 20 is lost when it comes by GET
format-in-form-ignored | Format is read from the query only; in a form it is ignored
percent-decoded-twice | percent escapes are decoded twice, so that dev%2541x passes as devAx
default-format-json | without Format the answer is JSON instead of XML (not in tuya-2025)
format-lower-case-ignored | Format=json in lower case is answered in XML
format-unknown-accepted | Format=YAML is answered in XML instead of being refused
post-without-type-refused | POST without a Content-Type is refused with 415, although an empty body has none
large-form-refused | a form body of more than 65,536 bytes is refused with 413
version-unchecked | a wrong Version is accepted
missing-parameter-500 | a missing required parameter ends in HTTP 500 InternalError
unknown-action-succeeds | an unknown Action is answered with Success true
gateway-errors-with-200 | gateway errors come with HTTP 200
gateway-errors-always-json | gateway errors are JSON even where XML was asked for
gateway-errors-always-xml | gateway errors are XML even where JSON was asked for
gateway-root | the XML root of a gateway error is ErrorResponse instead of Error
gateway-no-request-id | gateway errors have no RequestId
gateway-no-code | gateway errors have no Code
gateway-no-code-in-xml | gateway errors have no Code in XML
gateway-message-misnamed | gateway errors have ErrorMessage instead of Message
gateway-code-generic | every gateway error has the Code InternalError
# the common fields
success-text-json | Success is a text in JSON
success-text-in-refusals-json | Success is the text "false" in JSON refusals
success-number-json | Success is 1 or 0 in JSON
success-capital-xml | Success is True or False in XML
success-missing-xml | Success is missing in XML
success-always-true | Success is true in refusals too
request-id-constant | every answer has the same RequestId
request-id-short | RequestId is the first eight digits of a UUID
request-id-repeated-every-20th | every 20th answer repeats the RequestId of the answer before
request-id-missing-every-20th | every 20th answer has no RequestId
request-id-missing-in-refusals | refusals have no RequestId
request-id-empty-xml | RequestId is empty in XML
code-zero-on-success | Code is the text 0 on success
code-stays-after-refusal | the first success after a refusal still carries an error Code
code-lower-case | error codes are in lower case
code-without-prefix | error codes lack iot.device. or iot.prod.
code-generic-by-post | every refusal by POST has the Code UnknownError
code-missing-in-refusals | refusals have no Code
code-missing-xml | refusals have no Code in XML
message-missing-xml | refusals have no ErrorMessage in XML
message-misnamed | refusals have Message instead of ErrorMessage
message-empty | ErrorMessage of a refusal is empty
refusal-with-apply-id | refusals carry Data with ApplyId 0
unknown-product-code-wrong | an unknown ProductKey is answered with iot.device.NotExistedDevice
unknown-id-code-wrong | an ApplyId never issued is answered with iot.prod.NotExistedProduct (arguable)
# the form of JSON and XML
json-non-ascii-lost | characters beyond ASCII become question marks in JSON
json-broken-every-20th | every 20th JSON answer has a trailing comma
json-byte-order-mark | JSON begins with a byte order mark
json-labelled-html | JSON is labelled text/html (arguable)
xml-labelled-json | XML is labelled application/json
length-in-characters | Content-Length counts characters, so that an answer beyond ASCII is cut off
xml-in-latin-1 | XML is encoded in Latin-1 although it declares UTF-8
xml-unescaped | texts are not escaped in XML
xml-less-than-unescaped | only the ampersand is escaped in XML
xml-escaped-twice | texts are escaped twice in XML
xml-control-characters-raw | characters that XML cannot carry are written raw
xml-root-response | every XML root is Response
xml-root-of-pages | the XML root of a page is QueryPageByApplyIDResponse
xml-root-of-refusals | the XML root of a refusal is Error
xml-names-joined | names are joined by commas in a single Name in XML
xml-lists-unwrapped | names stand in ValidName and InvalidName without a list around them in XML
xml-devices-merged | several devices share one ApplyDeviceInfo in XML
data-text-json | Data is a text with JSON inside
list-bare-json | ValidList and InvalidList are bare lists without Name in JSON
list-of-one-collapsed-json | a list of one name is a text in JSON
list-null-when-empty-json | an empty list of names is null in JSON (arguable)
list-of-objects-json | names are objects in JSON
list-joined-json | names are joined by commas in JSON
list-wrapper-misspelt-xml | the elements of ValidList and InvalidList are called name in XML
devices-bare-json | ApplyDeviceList is a bare list in JSON
device-alone-collapsed-json | a single device is an object instead of a list of one in JSON
numbers-as-text-json | Total and PageCount are texts in JSON
# products
product-key-optional | without ProductKey the first product is meant
product-key-case-folded | a ProductKey in another letter case is accepted
product-made-on-demand | an unknown ProductKey becomes a product
taken-passes-second-product | taken names pass the check in every product but the first
taken-in-any-product | a name taken in another product fails the check
batch-lost-in-second-product | devices of a batch are unknown to QueryDevice in every product but the first
other-product-status | the status of an ApplyId is told under another ProductKey (SHOULD)
other-product-registers | an ApplyId is registered under another ProductKey (SHOULD)
# integers
integers-other-digits | digits of other scripts pass as integers (SHOULD)
integers-sign | a plus sign passes in integers (SHOULD)
integers-underscore | 1_0 passes as an integer (SHOULD)
integers-blanks | blanks round an integer pass (SHOULD)
integers-fraction | 2.5 passes as 2 (SHOULD)
integers-prefix | 5abc passes as 5 (SHOULD)
# Count and random names
count-missing-is-one | without Count one device is registered
count-zero-accepted | Count 0 is accepted (SHOULD)
count-negative-accepted | Count -3 registers three devices (SHOULD)
count-limit-refused | Count at the limit is refused
count-limit-plus-one | Count one over the limit is accepted
count-over-limit-accepted | any Count is accepted
count-over-limit-by-get | any Count is accepted by GET
count-over-limit-clamped | Count over the limit registers as many as the limit
count-refused-but-registered | Count over the limit is refused, but three devices are registered
count-one-more | one device more than Count is registered
count-beyond-100-one-less | Count beyond 100 registers one device less
random-names-uuid | random names have 36 characters
random-names-base64 | random names have plus, slash and equals signs
random-names-repeat | every batch has the same random names, so that the second one fails
# the names of a check
names-beyond-9-lost | DeviceName.N beyond 9 is lost
names-text-order-gap | indices are sorted as text and reading ends at the first gap: of ten names one is left
names-arrival-gap | a name whose index is not its place of arrival is lost
names-last-lost | the last of several names is lost
name-list-loses | DeviceName.N wins over DeviceNameList.N
name-list-merged | DeviceName.N and DeviceNameList.N are merged where both are sent
nicknames-in-text-order | ten or more nicknames are dealt out in text order of their indices
nickname-unchecked | any nickname is accepted
nickname-wide-counts-one | a Chinese character in a nickname counts for one
nickname-lost | nicknames are not stored
names-limit-refused | as many names as the limit are refused
names-over-limit-accepted | names over the limit are registered too
surplus-first-discarded | of the names over the limit the first are discarded, not the last (arguable)
invalid-names-dropped | malformed names are dropped silently and the rest goes on
name-3-accepted | a name of 3 characters passes
name-33-accepted | a name of 33 characters passes
name-4-refused | a name of 4 characters fails
name-32-refused | a name of 32 characters fails
name-at-refused | a name with an at sign fails
name-colon-refused | a name with a colon fails
name-dot-refused | a name with a dot fails
name-dash-first-refused | a name that begins with a dash fails
name-digits-only-refused | a name of digits only fails
name-underscore-last-refused | a name that ends with an underscore fails
name-space-accepted | a name with a space inside passes
name-slash-accepted | a name with a slash passes
name-comma-accepted | a name with , ; < = > ? [ ] or ^ passes: a dash in the middle of a character class
name-any-script-accepted | letters and digits of any script pass
name-line-end-accepted | a name with a line feed at its end passes
name-search-accepted | a name passes when four good characters in a row are found in it
name-trimmed | spaces round a name are cut off and the rest passes
name-unchecked-beyond-100 | names after the 100th are not checked for their form
taken-passes | taken names pass the check
taken-passes-beyond-100 | taken names after the 100th pass the check
duplicate-makes-two | a name sent twice makes two devices
# the names to blame
invalid-list-holds-all | the names listed as invalid hold the valid ones too
invalid-list-first-only | only the first invalid name is listed
invalid-list-at-most-10 | at most ten invalid names are listed
invalid-list-empty | no invalid name is listed
invalid-list-neighbour | the name before the invalid one is listed in its place
invalid-list-lower-case | invalid names are listed in lower case
invalid-list-trimmed | invalid names are listed without the spaces round them
invalid-list-cut-at-32 | invalid names are listed with their first 32 characters
invalid-list-normalised | invalid names are listed in another Unicode form
invalid-list-missing | the status has no InvalidList
invalid-list-missing-xml | the status has no InvalidList in XML
failed-lists-swapped | ValidList and InvalidList are swapped on failure
failed-names-in-both-lists | ValidList holds the failed names too
valid-list-one-short | ValidList lacks one name on success
valid-list-holds-stranger | ValidList holds a name never asked for on success
success-names-in-invalid-list | InvalidList holds every name on success
# ApplyIds
apply-id-rounded | ApplyId is rounded to a double
apply-id-rounded-json | ApplyId is rounded to a double in JSON
apply-id-cut-xml | ApplyId is cut to 31 bits in XML
apply-id-text-json | ApplyId is a text in JSON
apply-id-negative | ApplyIds are negative (SHOULD)
apply-id-missing-by-get | ApplyId is missing in answers to GET
apply-id-at-top | ApplyId stands at the top level instead of in Data (arguable in alibaba-2018)
apply-id-looked-up-as-double | an ApplyId never issued is taken for an issued one with the same double
apply-id-nearest | an ApplyId never issued is taken for an issued one that is greater
apply-id-reused-after-refusal | after a refusal the next application gets the ApplyId of the last one
never-issued-registered | registering an ApplyId never issued is answered with success (SHOULD)
never-issued-in-check | the status of an ApplyId never issued is CHECK (SHOULD)
never-issued-foreign-page | paging an ApplyId never issued shows another batch
random-id-registers | the ApplyId of BatchRegisterDevice can be registered again (SHOULD)
one-application-per-product | a new application of a product makes the earlier one unknown
eight-applications-kept | only the last eight applications are known (arguable)
# the course of a batch
check-failed-called-success | a failed check ends in CHECK_SUCCESS
check-creates-devices | the check creates the devices already
created-without-registration | creation begins after the check without a registration
registration-does-nothing | registration is answered with success and nothing happens
registration-new-id | registration answers with another ApplyId
failed-check-registers | registration after CHECK_FAILED creates the good names
refused-registration-registers | a refused registration (other product) creates the devices nevertheless
early-registration-unchecked | registering during CHECK skips the check of taken names
again-restarts | a second registration takes the status back to CREATE
again-new-devices | a second registration gives the devices new secrets
race-called-success | a name taken after the check is left out and CREATE_SUCCESS told
race-overwrites | a name taken after the check is created again over the existing device
success-told-early | CREATE_SUCCESS is told while the devices are still being created
success-later-failed | CREATE_SUCCESS turns into CREATE_FAILED at the third poll
status-back-after-end | the second and third poll after the end tell CHECK or CREATE again
status-back-on-fifth-poll | the fifth poll after the end tells CREATE again
status-lower-case | the status is in lower case
status-own-word | CREATING is told instead of CREATE
status-own-word-failed | CHECK_FAIL is told instead of CHECK_FAILED
status-empty-every-20th | every 20th answer has an empty status
status-at-top | Status stands at the top level instead of in Data
status-misnamed-xml | Status is called status in XML
stuck-beyond-1000 | a batch of more than 1,000 devices never ends
two-at-once-block | while two batches run, none is ever created
two-at-once-mixed | while a batch runs, every ApplyId leads to it
batch-devices-unregistered | devices of a batch are unknown to the other operations
# pages
page-needs-product | QueryPageByApplyId wants a ProductKey
page-parameters-in-form-ignored | PageSize and CurrentPage in a form body are ignored
page-letters-default | letters as PageSize or CurrentPage mean the default (SHOULD)
page-zero-accepted | 0 as PageSize or CurrentPage means the default (SHOULD)
page-negative-accepted | a negative CurrentPage counts from the end (SHOULD)
page-size-default-20 | PageSize is 20 when left out
page-size-default-50 | PageSize is 50 when left out
page-size-max-49 | PageSize 50 is answered as 49
page-size-max-refused | PageSize 50 is refused
page-size-over-served | PageSize 60 is answered with 60 devices (SHOULD)
page-size-is-length | PageSize in the answer is the number of devices on the page
page-always-1 | Page in the answer is always 1
page-misnamed | Page is called CurrentPage in the answer
page-in-data | the page stands in Data instead of at the top level
page-count-floor | PageCount is rounded down
page-count-one-more-when-even | PageCount is one too many when the last page is full
page-count-missing-by-post | PageCount is missing in answers to POST
total-is-page-length | Total is the number of devices on the page
total-off-on-later-pages | Total is one too small on every page but the first
total-at-most-100 | Total is never above 100
total-missing-xml | Total is missing in XML
page-zero-based | CurrentPage 1 is the second page
pages-overlap | every later page begins one device too early
pages-gap | every later page begins one device too late
page-one-short | a full page lacks its last device
last-page-lost | the last of several pages is empty
last-page-repeated | the last page is repeated past the end
page-past-end-wraps | past the end the pages begin anew
beyond-1000-not-paged | devices after the 1,000th are on no page
last-device-missing | the last device of more than ten is neither shown nor counted
order-unstable | the order of devices changes with every request
order-differs-by-method | the order of devices is reversed by GET (arguable)
order-differs-in-xml | the order of devices is reversed in XML (arguable)
order-flips-after-refusal | the order of devices is reversed right after a refusal
stranger-on-page | the last device of a page walk is replaced by one of another batch
two-at-once-share-pages | once there are two applications, pages show every device of the product
# devices
secret-shared | all devices of a batch have the same secret
secret-masked | secrets are masked on pages
secret-differs-in-xml | secrets are reversed in XML
secret-differs-by-post | secrets are rotated in answers to POST
secret-new-every-time | every request shows new secrets
secret-empty-on-later-pages | secrets are empty on every page but the first
secrets-shifted | on a page of several every device has its neighbour's secret
secret-wrong-beyond-10th | beyond the tenth device of a page the secret is that of the first
name-lower-case-on-page | DeviceName is in lower case on pages
device-name-missing-xml | DeviceName is missing on pages in XML
iot-id-missing | IotId is missing (not in alibaba-2018)
iot-id-is-device-id | IotId on pages is the DeviceId, unknown to QueryDeviceDetail
iot-id-shared-beyond-10 | beyond the tenth device of a batch the IotId is that of the first
"""

FAULTS: dict[str, str] = {
    name: text for name, _, text in (line.partition(" | ") for line in LINES.split("\n")) if text and name[0] != "#"
}
