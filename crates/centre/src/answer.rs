//! An answer to a renewal request (uusimispyynnön vastaus, type 9), written so that a scenario can have one. No public
//! source shows such a document: this one is built after the request, with the fields of the domain notes (111, 114, 115),
//! and `cda` reads it as far as it can. A pharmacy never writes one.

use chrono::NaiveDateTime;
use prescription::{DocumentReference, DocumentType, Oid, Organisation, Patient, Professional, RenewalState};

/// An answer to be written.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// Its own identifier.
    pub id: &'a Oid,
    /// What is answered: renewed, rejected or returned.
    pub state: &'a RenewalState,
    /// The request.
    pub request: &'a DocumentReference,
    /// The prescription that was to be renewed.
    pub prescription: &'a DocumentReference,
    /// Whose it is.
    pub patient: &'a Patient,
    /// Who answers.
    pub author: &'a Professional,
    /// For which care unit.
    pub unit: &'a Organisation,
    /// When, Finnish local time.
    pub at: NaiveDateTime,
    /// The physician's reasons (114), as a person reads them.
    pub reasons: &'a str,
}

impl Answer<'_> {
    /// The answer as a document.
    pub fn write(&self) -> Vec<u8> {
        let (id, at, day) = (self.id, self.at.format("%Y%m%d%H%M%S"), self.at.format("%-d.%-m.%Y"));
        let kind = DocumentType::RenewalAnswer;
        let (code, title) = (kind.code(), kind.title());
        let unit = organisation(self.unit);
        let place = address(self.unit);
        let (patient, author) = (self.patient(), self.author());
        let (request, prescription) = (related(self.request), related(self.prescription));
        let (state, reasons, name) = (text(self.state.code()), text(self.reasons), text(&self.unit.name));
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:hl7fi="urn:hl7finland" xsi:schemaLocation="urn:hl7-org:v3 CDA_Fi.xsd">
<realmCode code="FI"/>
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="1.2.246.777.11.2015.11"/>
<id root="{id}"/>
<code code="{code}" codeSystem="1.2.246.537.5.40105.2006" codeSystemName="Sähköinen lääkemääräys - Reseptisanoman tyyppi" displayName="{title}"/>
<title>{title}</title>
<effectiveTime value="{at}"/>
<confidentialityCode code="5" codeSystem="1.2.246.777.5.99902.2006" displayName="Terveydenhuollon salassapidettävä"/>
<languageCode code="fi"/>
<setId root="{id}"/>
<versionNumber value="1"/>
{patient}
{author}<representedOrganization>{unit}</representedOrganization></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.246.10.2462460.19.1"/><name>Kansaneläkelaitos</name></representedCustodianOrganization></assignedCustodian></custodian>
{request}{prescription}
<componentOf><encompassingEncounter><effectiveTime value="{at}"/><location><healthCareFacility><id root="{unit_id}"/><location><name>{name}</name>{place}</location></healthCareFacility></location></encompassingEncounter></componentOf>
<hl7fi:localHeader><hl7fi:softwareSupport moderator="Tiski" product="Tiski Centre" version="0.1">Tiski Centre 0.1</hl7fi:softwareSupport></hl7fi:localHeader>
<component><structuredBody ID="mainbody"><component><templateId root="1.2.246.777.11.2014.30"/><section ID="OID{id}.1"><id root="{id}.1"/><code code="{code}" codeSystem="1.2.246.537.5.40105.2006" displayName="{title}"/><title>{title}</title><text><paragraph><content>{name}</content></paragraph><paragraph><content>{day}</content></paragraph><paragraph><content>{reasons}</content></paragraph></text><entry><observation classCode="OBS" moodCode="EVN"><code code="111" codeSystem="1.2.246.537.6.12.2002.126"/><value xsi:type="CE" code="{state}" codeSystem="1.2.246.537.5.40106.2006"/></observation></entry><entry><observation classCode="OBS" moodCode="EVN"><code code="114" codeSystem="1.2.246.537.6.12.2002.126"/><value xsi:type="ST">{reasons}</value></observation></entry></section></component></structuredBody></component>
</ClinicalDocument>
"#,
            unit_id = self.unit.id,
        )
        .into_bytes()
    }

    fn author(&self) -> String {
        let number = self.author.registration.as_ref().map_or("", |number| number.as_str());
        let right = self.author.right.as_ref().map(|right| {
            format!(
                r#"<code nullFlavor="NA"><translation><qualifier><name code="151" codeSystem="1.2.246.537.6.12.2002.126" displayName="Ammattioikeus"/><value code="{}" codeSystem="1.2.246.537.6.140.2008" displayName="{}"/></qualifier></translation></code>"#,
                text(right.code()),
                text(right.name())
            )
        });
        format!(
            r#"<author><time value="{}"/><assignedAuthor><id root="1.2.246.537.26" extension="{}"/>{}<assignedPerson><name>{}<family>{}</family></name></assignedPerson>"#,
            self.at.format("%Y%m%d%H%M%S"),
            text(number),
            right.unwrap_or_default(),
            given(&self.author.name.given),
            text(&self.author.name.family)
        )
    }

    fn patient(&self) -> String {
        let id = match &self.patient.identity_code {
            Some(code) => format!(r#"<id root="1.2.246.21" extension="{}"/>"#, text(code.reveal())),
            None => r#"<id nullFlavor="NA"/>"#.to_owned(),
        };
        let birth = self.patient.birth_date.map(|day| day.format("%Y%m%d").to_string()).unwrap_or_default();
        format!(
            r#"<recordTarget><patientRole>{id}<patient><name>{}<family>{}</family></name><administrativeGenderCode code="{}" codeSystem="1.2.246.537.5.1.1997" displayName="{}"/><birthTime value="{birth}"/></patient></patientRole></recordTarget>"#,
            given(&self.patient.name.given),
            text(&self.patient.name.family),
            self.patient.sex.code(),
            self.patient.sex.name(),
        )
    }
}

fn related(document: &DocumentReference) -> String {
    format!(
        r#"<relatedDocument typeCode="APND"><parentDocument><id root="{}"/><code code="{}" codeSystem="1.2.246.537.5.40105.2006" displayName="{}"/><setId root="{}"/></parentDocument></relatedDocument>"#,
        document.id,
        text(document.document_type.code()),
        text(document.document_type.title()),
        document.set_id
    )
}

fn organisation(unit: &Organisation) -> String {
    let phone = unit.phone.as_ref().map(|phone| format!(r#"<telecom value="{}" use="DIR"/>"#, text(phone)));
    format!(
        r#"<id root="{}"/><name>{}</name>{}{}"#,
        unit.id,
        text(&unit.name),
        phone.unwrap_or_default(),
        address(unit)
    )
}

fn address(unit: &Organisation) -> String {
    unit.address.as_ref().map_or_else(String::new, |a| {
        format!(
            "<addr><streetAddressLine>{}</streetAddressLine><postalCode>{}</postalCode><city>{}</city></addr>",
            text(&a.street),
            text(&a.postal_code),
            text(&a.city)
        )
    })
}

fn given(names: &[String]) -> String {
    names.iter().map(|name| format!("<given>{}</given>", text(name))).collect()
}

/// A text as XML carries it; characters that XML cannot carry become spaces.
fn text(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut written, character| {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            c if c.is_control() => written.push(' '),
            c => written.push(c),
        }
        written
    })
}
