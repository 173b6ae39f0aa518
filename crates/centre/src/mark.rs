//! Marks on a prescription: a lock (type 4) or a reservation (type 6), written so that a scenario can begin with one.
//! Kela's sample marks have a pharmacist as author, no function code and no signature; so have these. How a pharmacy's
//! own marks are written and signed is left to `cda`, when they are built.

use chrono::NaiveDateTime;
use prescription::{DocumentReference, DocumentType, Oid, Organisation, Patient, Professional};

/// A mark to be written.
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    /// The mark's own identifier.
    pub id: &'a Oid,
    /// `Lock` or `Reservation`.
    pub kind: &'a DocumentType,
    /// The prescription that is marked.
    pub prescription: &'a DocumentReference,
    /// Whose it is.
    pub patient: &'a Patient,
    /// Who marks.
    pub author: &'a Professional,
    /// For which pharmacy.
    pub pharmacy: &'a Organisation,
    /// When, Finnish local time.
    pub at: NaiveDateTime,
    /// Why, as a person reads it.
    pub explanation: &'a str,
}

impl Mark<'_> {
    /// The mark as a document.
    pub fn write(&self) -> Vec<u8> {
        let (id, at, day) = (self.id, self.at.format("%Y%m%d%H%M%S"), self.at.format("%-d.%-m.%Y"));
        let (code, title) = (text(self.kind.code()), text(self.kind.title()));
        let parent = self.prescription;
        let parent_code = text(parent.document_type.code());
        let parent_title = text(parent.document_type.title());
        let unit = organisation(self.pharmacy);
        let place = address(self.pharmacy);
        let author = self.author();
        let patient = self.patient();
        let explanation = text(self.explanation);
        let pharmacy = text(&self.pharmacy.name);
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
<relatedDocument typeCode="APND"><parentDocument><id root="{parent_id}"/><code code="{parent_code}" codeSystem="1.2.246.537.5.40105.2006" displayName="{parent_title}"/><setId root="{parent_set}"/></parentDocument></relatedDocument>
<componentOf><encompassingEncounter><effectiveTime value="{at}"/><location><healthCareFacility><id root="{unit_id}"/><location><name>{pharmacy}</name>{place}</location></healthCareFacility></location></encompassingEncounter></componentOf>
<hl7fi:localHeader><hl7fi:softwareSupport moderator="Tiski" product="Tiski Centre" version="0.1">Tiski Centre 0.1</hl7fi:softwareSupport></hl7fi:localHeader>
<component><structuredBody><component><templateId root="1.2.246.777.11.2014.30"/><section ID="OID{id}.1"><id root="{id}.1"/><code code="{code}" codeSystem="1.2.246.537.5.40105.2006" displayName="{title}"/><title>{title}</title><text><paragraph><content>{pharmacy}</content></paragraph><paragraph><content>{day}</content></paragraph><paragraph><content>{explanation}</content></paragraph></text></section></component></structuredBody></component>
</ClinicalDocument>
"#,
            parent_id = parent.id,
            parent_set = parent.set_id,
            unit_id = self.pharmacy.id,
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
