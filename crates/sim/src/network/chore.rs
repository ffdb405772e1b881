//! What happens by itself when its time has come: reviews that end, pauses, quality that recovers.

use crate::network::Network;

impl Network {
    /// Notes when the next chore is due; to be called whenever one may have been added.
    pub(crate) fn plan_chores(&mut self) {
        let numbers = self.lasting.numbers.iter();
        let of_numbers = numbers.flat_map(|number| [number.quality.due(), number.naming_due()]);
        let of_templates = (self.lasting.templates.iter()).map(|template| template.life.due());
        self.next_chore = of_numbers.chain(of_templates).flatten().min();
        self.stir();
    }

    /// Does what is due.
    pub(crate) fn do_chores(&mut self, now: i64) {
        if self.next_chore.is_none_or(|due| due > now) {
            return;
        }
        for number in 0..self.lasting.numbers.len() {
            self.tend_quality(number, now);
            self.tend_name(number, now);
        }
        for at in 0..self.lasting.templates.len() {
            self.tend_template(at, now);
        }
        self.forget_retired(now);
        self.saved_at_once();
        self.plan_chores();
    }
}
