//! Which packages may be given, in which order, for how much and with which reason.

use super::{
    Alternatives, Case, Choice, Corridor, Duty, Indication, MOST_CHOICES, MOST_IN_GROUP, Offer, Pays, Reason, Rule,
    SubstitutionError, Window, is_same_size, window,
};
use crate::query::class_for;
use crate::tables::{Practice, Row, Tables};
use crate::{Account, Base, Class, CopaymentFor, Line, Money, Purchase, Subject, Why, purchase};

/// What may be given in place of the prescribed package, out of the packages of an edition.
pub fn alternatives<'o>(
    tables: &Tables,
    case: &Case<'o>,
    offers: impl IntoIterator<Item = &'o Offer>,
) -> Result<Alternatives<'o>, SubstitutionError> {
    let prescribed = case.prescribed;
    let interchangeable = |offer: &&Offer| {
        let same_group = prescribed.group.is_some() && offer.group == prescribed.group;
        offer.vnr != prescribed.vnr && same_group && is_same_size(tables, offer, prescribed, case.day)
    };
    let mut group: Vec<&Offer> = offers.into_iter().filter(interchangeable).collect();
    group.push(prescribed);
    if group.len() > MOST_IN_GROUP {
        return Err(SubstitutionError::Group(group.len()));
    }
    let window = if prescribed.biological {
        Some(window(tables, &prescribed.atc, case.born, case.history.as_ref(), case.day)?)
    } else {
        None
    };
    let market = Market::of(tables, case, &group)?;
    let duty = duty(case, &group, window.as_ref());
    let desk = Desk { tables, case, duty, window: window.as_ref(), market: &market };
    let mut choices: Vec<Choice<'o>> = group.iter().map(|offer| desk.choice(offer)).collect::<Result<_, _>>()?;
    desk.give_reasons(&mut choices)?;
    choices.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let left_off = choices.len().saturating_sub(MOST_CHOICES);
    choices.truncate(MOST_CHOICES);
    let (cheapest, corridor_top) = (market.cheapest.map(|(offer, _)| offer.vnr.clone()), market.top);
    Ok(Alternatives { duty, choices, left_off, cheapest, corridor_top, window })
}

/// First what may be given, can be had, is within the corridor, on the shelf, known to the patient; then by what the
/// customer pays, price, name and number.
fn rank<'c>(choice: &'c Choice<'_>) -> impl Ord + 'c {
    let offer = choice.offer;
    (
        (choice.hindered.is_some(), !offer.is_available(), choice.corridor != Corridor::Within),
        (offer.in_stock.unwrap_or(0) == 0, !choice.used_before),
        (choice.pays.is_none(), choice.pays.as_ref().map(|pays| pays.now.pays), offer.price),
        (offer.name.to_lowercase(), &offer.vnr),
    )
}

/// Whether the pharmacy exchanges, and by which rule not.
fn duty(case: &Case<'_>, group: &[&Offer], window: Option<&Window>) -> Duty {
    let hindrance = if group.len() < 2 {
        Some(Rule::Group)
    } else if case.prescriber_forbids {
        Some(Rule::PrescriberForbids)
    } else if case.indication == Indication::Epilepsy {
        Some(Rule::Epilepsy)
    } else if let Some(rule) = window.and_then(of_window) {
        Some(rule)
    } else if case.customer_refuses {
        Some(Rule::CustomerRefuses)
    } else if case.indication == Indication::Unusual {
        Some(Rule::UnusualIndication)
    } else {
        None
    };
    hindrance.map_or(Duty::Exchange, Duty::Continue)
}

fn of_window(window: &Window) -> Option<Rule> {
    match window {
        Window::Open(_) => None,
        Window::Closed { .. } => Some(Rule::Interval),
        Window::Parallel => Some(Rule::ParallelOnly),
        Window::NotExchanged => Some(Rule::BiologicalNotExchanged),
        Window::TooYoung => Some(Rule::TooYoung),
        Window::Unknown => Some(Rule::HistoryUnknown),
    }
}

/// The prices of a group.
struct Market<'o> {
    /// The cheapest that can be had, and its price.
    cheapest: Option<(&'o Offer, Money)>,
    /// Top of the corridor.
    top: Option<Money>,
    /// Whether anything within the corridor can be had.
    within_can_be_had: bool,
}

impl<'o> Market<'o> {
    /// 3.5c: the corridor that the database states counts, the lowest where packages differ; else the cheapest that can be
    /// had and half a euro.
    fn of(tables: &Tables, case: &Case<'_>, group: &[&'o Offer]) -> Result<Self, SubstitutionError> {
        let can_be_had = || group.iter().copied().filter(|offer| offer.is_available());
        let priced = can_be_had().filter_map(|offer| Some((offer, offer.price?)));
        let cheapest = priced.min_by(|(a, price_a), (b, price_b)| (price_a, &a.vnr).cmp(&(price_b, &b.vnr)));
        let stated = group.iter().filter_map(|offer| offer.corridor_top).min();
        let wide = tables.corridor(case.day)?.euro;
        let top = stated.or(cheapest.map(|(_, price)| price.and(wide)));
        let within = |offer: &Offer| offer.price.zip(top).is_some_and(|(price, top)| price <= top);
        Ok(Self { cheapest, top, within_can_be_had: can_be_had().any(within) })
    }
}

/// What every choice is judged by.
struct Desk<'d, 'o> {
    tables: &'d Tables,
    case: &'d Case<'o>,
    duty: Duty,
    window: Option<&'d Window>,
    market: &'d Market<'o>,
}

impl<'o> Desk<'_, 'o> {
    fn choice(&self, offer: &'o Offer) -> Result<Choice<'o>, SubstitutionError> {
        let prescribed = self.case.prescribed;
        let corridor = match offer.price.zip(self.market.top) {
            None => Corridor::Unknown,
            Some((price, top)) if price <= top => Corridor::Within,
            Some((price, top)) => Corridor::Above(price.less(top)),
        };
        Ok(Choice {
            offer,
            prescribed: offer.vnr == prescribed.vnr,
            hindered: self.hindrance(offer),
            above_cheapest: offer.price.zip(self.market.cheapest).map(|(price, (_, cheapest))| price.less(cheapest)),
            corridor,
            above_reference: offer.price.zip(offer.reference).map_or(Money::ZERO, |(price, most)| price.less(most)),
            used_before: self.case.used_before.contains(&offer.vnr),
            exchanged: !(offer.is_same_product(prescribed) && offer.holder == prescribed.holder),
            pays: offer.price.map(|price| self.pays(offer, price)).transpose()?,
            reason: Reason::NotNeeded,
        })
    }

    /// Why a package may not be given.
    fn hindrance(&self, offer: &Offer) -> Option<Rule> {
        if offer.price.is_none() {
            return Some(Rule::Price);
        }
        if !offer.on_market {
            return Some(Rule::NotSold);
        }
        let prescribed = self.case.prescribed;
        let Duty::Continue(rule) = self.duty else { return None };
        let allowed = match (rule, self.window) {
            (Rule::Interval, Some(Window::Closed { last, name, .. })) => offer.vnr == *last || offer.is_named(name),
            (Rule::ParallelOnly | Rule::UnusualIndication, _) => offer.is_same_product(prescribed),
            _ => offer.vnr == prescribed.vnr,
        };
        (!allowed).then_some(rule)
    }

    fn pays(&self, offer: &Offer, price: Money) -> Result<Pays, SubstitutionError> {
        let Case { packages, fee, day, reimbursed, .. } = self.case;
        let times = |money: Money| money.times(packages.get()).map_err(|_| SubstitutionError::Packages);
        let (price, reference) = (times(price)?, offer.reference.map(times).transpose()?);
        let class = reimbursed.and_then(|(answer, _)| class_for(&offer.reimbursements, answer, *day));
        let nothing = Account::of(Money::ZERO, Money::ZERO).map_err(SubstitutionError::Purchase)?;
        let account = reimbursed.map_or(nothing, |(_, account)| account);
        let bought = |base: Base, class: Option<Class>| {
            let copayment = CopaymentFor::Purchase;
            let line = Line { price: Some(price), fee: *fee, reference, base, class, copayment };
            purchase(self.tables, account, &[line], *day).map_err(SubstitutionError::Purchase)
        };
        let quote = |bought: Purchase| bought.quotes.first().copied().ok_or(SubstitutionError::Packages);
        let now = bought(self.duty.base(), class)?;
        let mut to_confirm = now.to_confirm.clone();
        if class.is_some() {
            to_confirm.extend(self.unsure_base()?);
        }
        Ok(Pays {
            now: quote(now)?,
            customer_refused: quote(bought(Base::Reference, class)?)?,
            prescriber_forbade: quote(bought(Base::Charged, class)?)?,
            unreimbursed: quote(bought(Base::Charged, None)?)?,
            to_confirm,
        })
    }

    /// The base of the reimbursement, where it is not confirmed.
    fn unsure_base(&self) -> Result<Option<Subject>, SubstitutionError> {
        let practice = match self.duty {
            Duty::Continue(Rule::Epilepsy) => Practice::BaseOfEpilepsy,
            Duty::Continue(
                Rule::TooYoung | Rule::BiologicalNotExchanged | Rule::ParallelOnly | Rule::HistoryUnknown,
            ) => Practice::BaseOfUnexchangedBiological,
            Duty::Exchange if !self.market.within_can_be_had => Practice::BaseWhenNotAvailable,
            Duty::Continue(_) | Duty::Exchange => return Ok(None),
        };
        let row = self.tables.practice(practice, self.case.day)?;
        Ok((!row.mark().confirmed()).then(|| row.subject()))
    }

    /// 3.5c and 3.5e–i: which reason the record needs for what is outside the corridor.
    fn give_reasons(&self, choices: &mut [Choice<'_>]) -> Result<(), SubstitutionError> {
        let pays = |choice: &Choice<'_>| choice.pays.as_ref().map(|pays| pays.now.pays);
        let can_be_given = |choice: &&Choice<'_>| choice.hindered.is_none() && choice.offer.is_available();
        let open = || choices.iter().filter(can_be_given);
        let least = open().filter_map(pays).min();
        let within = open().filter(|choice| choice.corridor == Corridor::Within).filter_map(pays).min();
        for choice in choices {
            let outside = matches!(choice.corridor, Corridor::Above(_)) && choice.hindered.is_none();
            if !outside {
                continue;
            }
            // What costs as little as something in the corridor is no reason to leave it.
            let costs_least =
                pays(choice).is_some_and(|own| Some(own) == least && within.is_none_or(|least| own < least));
            choice.reason = match self.why(costs_least) {
                None => Reason::Ask,
                Some(why) => {
                    let row = self.tables.reason(why, self.case.day)?;
                    Reason::Is { why, code: row.code.clone(), confirmed: row.mark().confirmed() && row.code.is_some() }
                }
            };
        }
        Ok(())
    }

    fn why(&self, costs_least: bool) -> Option<Why> {
        match self.duty {
            Duty::Continue(Rule::PrescriberForbids) => Some(Why::PrescriberForbids),
            Duty::Continue(Rule::CustomerRefuses) => Some(Why::CustomerRefuses),
            Duty::Continue(Rule::Epilepsy) => Some(Why::Epilepsy),
            Duty::Continue(Rule::UnusualIndication) => Some(Why::UnusualIndication),
            Duty::Continue(Rule::Interval) => Some(Why::BiologicalInterval),
            Duty::Exchange if !self.market.within_can_be_had => Some(Why::NotAvailable),
            Duty::Exchange if costs_least => Some(Why::CheapestForCustomer),
            Duty::Continue(_) | Duty::Exchange => None,
        }
    }
}
