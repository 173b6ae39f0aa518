//! Dosage: organizer 32 with the text, and in the shape of 4.00 what more there is of its use and its structure.

use chrono::NaiveDate;
use prescription::amount::plain;
use prescription::{Dose, DoseAmount, End, Range, Season, Span};

use super::parts::{code as coded, component, own, related, said, text, truth};
use super::prescription::Written;
use super::xml::Xml;
use crate::fields::{self, FIELDS, Field};
use crate::time::write_date;

const ACT: [(&str, &str); 2] = [("classCode", "SBADM"), ("moodCode", "EVN")];

/// The content of organizer 32.
pub(super) fn dosage(xml: &mut Xml, written: &Written<'_>) {
    let dosage = &written.prescription.dosage;
    if !written.is_carried("32", fields::DOSAGE_ONLY_TEXT.code) {
        component(xml, fields::DOSAGE_ONLY_TEXT, truth(dosage.only_text));
    }
    xml.element("component", &[], |xml| {
        xml.element("substanceAdministration", &ACT, |xml| {
            if written.is_structured() {
                field_code(xml, fields::DOSAGE_TEXT);
            }
            xml.optional_text("text", &dosage.text);
            nothing_consumed(xml);
            related(xml, fields::SIC, truth(dosage.sic));
        });
    });
    if dosage.route.is_some() || said(&dosage.instruction).is_some() {
        xml.element("component", &[], |xml| {
            xml.element("substanceAdministration", &ACT, |xml| {
                field_code(xml, fields::DOSAGE_EXTRA);
                if let Some(route) = &dosage.route {
                    xml.empty("routeCode", &own(route));
                }
                nothing_consumed(xml);
                if let Some(instruction) = said(&dosage.instruction) {
                    related(xml, fields::EXTRA_INSTRUCTION, text(instruction));
                }
            });
        });
    }
    for season in dosage.structure.seasons() {
        xml.element("component", &[], |xml| {
            xml.element("substanceAdministration", &ACT, |xml| self::season(xml, season));
        });
    }
}

fn field_code(xml: &mut Xml, field: Field) {
    coded(xml, "code", FIELDS, field.code, field.name);
}

/// The schema demands a consumable; that of a dosage says nothing.
fn nothing_consumed(xml: &mut Xml) {
    xml.element("consumable", &[], |xml| {
        xml.element("manufacturedProduct", &[], |xml| {
            xml.empty("manufacturedLabeledDrug", &[("nullFlavor", "NI")]);
        });
    });
}

fn season(xml: &mut Xml, season: &Season) {
    if let Some(id) = &season.id {
        xml.empty("id", &[("root", id.as_str())]);
    }
    field_code(xml, fields::SEASON);
    let end = if let End::On(day) = season.bounds.end() { Some(day) } else { None };
    if season.bounds.start().is_some() || end.is_some() {
        xml.element("effectiveTime", &[("xsi:type", "IVL_TS")], |xml| days(xml, season.bounds.start(), end));
    }
    nothing_consumed(xml);
    if let End::After(length) = season.bounds.end() {
        related(xml, fields::SEASON_LENGTH, |xml| span(xml, length));
    }
    for pause in &season.pauses {
        related(xml, fields::PAUSE, |xml| {
            xml.element("effectiveTime", &[], |xml| days(xml, Some(pause.start()), pause.end()));
        });
    }
    if let Some(as_needed) = season.as_needed {
        related(xml, fields::SEASON_AS_NEEDED, truth(as_needed));
    }
    if let Some(period) = season.period {
        related(xml, fields::PERIOD_LENGTH, |xml| span(xml, period));
    }
    for dose in &season.doses {
        xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| {
            xml.element("substanceAdministration", &ACT, |xml| self::dose(xml, dose));
        });
    }
}

fn days(xml: &mut Xml, low: Option<NaiveDate>, high: Option<NaiveDate>) {
    for (name, day) in [("low", low), ("high", high)] {
        if let Some(day) = day {
            xml.empty(name, &[("value", &write_date(day))]);
        }
    }
}

fn span(xml: &mut Xml, span: Span) {
    let unit = span.unit().code();
    xml.element("value", &[("xsi:type", "IVL_PQ")], |xml| match span.exact() {
        Some(length) => xml.empty("width", &[("unit", unit), ("value", &length.count.to_string())]),
        None => {
            xml.empty("low", &[("unit", unit), ("value", &span.low().to_string())]);
            xml.empty("high", &[("unit", unit), ("value", &span.high().to_string())]);
        }
    });
}

fn dose(xml: &mut Xml, dose: &Dose) {
    if let Some(id) = &dose.id {
        xml.empty("id", &[("root", id.as_str())]);
    }
    field_code(xml, fields::DOSES);
    if let DoseAmount::Units { range, unit } = &dose.amount {
        quantity(xml, *range, "1");
        xml.empty("administrationUnitCode", &own(unit));
    }
    nothing_consumed(xml);
    if let DoseAmount::Physical { range, unit } = &dose.amount {
        xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| {
            xml.element("substanceAdministration", &ACT, |xml| {
                field_code(xml, fields::PHYSICAL_DOSE);
                quantity(xml, *range, unit.as_str());
                nothing_consumed(xml);
            });
        });
    }
    if let Some(as_needed) = dose.as_needed {
        related(xml, fields::DOSE_AS_NEEDED, truth(as_needed));
    }
    if let Some(part_of_day) = &dose.time_of_day {
        related(xml, fields::DOSE_TIME_OF_DAY, |xml| value(xml, part_of_day));
    }
    if let Some(clock) = dose.clock {
        related(xml, fields::DOSE_CLOCK, text(&clock.format("%H%M").to_string()));
    }
    if let Some(day) = &dose.day {
        related(xml, fields::DOSE_DAY, |xml| value(xml, day));
    }
}

fn value(xml: &mut Xml, code: &prescription::Code) {
    let [code, system, name, shown] = own(code);
    xml.empty("value", &[code, system, name, shown, ("xsi:type", "CE")]);
}

fn quantity(xml: &mut Xml, range: Range, unit: &str) {
    xml.element("doseQuantity", &[], |xml| match range.exact() {
        Some(center) => xml.empty("center", &[("unit", unit), ("value", &plain(center))]),
        None => {
            xml.empty("low", &[("unit", unit), ("value", &plain(range.low()))]);
            xml.empty("high", &[("unit", unit), ("value", &plain(range.high()))]);
        }
    });
}
