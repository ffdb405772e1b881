//! Branches of business, by the names that the API shows.

/// A branch of business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Vertical {
    Automotive,
    Beauty,
    Apparel,
    Education,
    Entertainment,
    EventPlanning,
    Finance,
    Grocery,
    PublicService,
    Hotel,
    Health,
    NonProfit,
    Professional,
    Retail,
    Travel,
    Restaurant,
    Other,
}

impl Vertical {
    /// All of them, in the order of the reference.
    pub const ALL: [Self; 17] = [
        Self::Automotive,
        Self::Beauty,
        Self::Apparel,
        Self::Education,
        Self::Entertainment,
        Self::EventPlanning,
        Self::Finance,
        Self::Grocery,
        Self::PublicService,
        Self::Hotel,
        Self::Health,
        Self::NonProfit,
        Self::Professional,
        Self::Retail,
        Self::Travel,
        Self::Restaurant,
        Self::Other,
    ];

    /// Its name, to the letter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Automotive => "Automotive",
            Self::Beauty => "Beauty, Spa and Salon",
            Self::Apparel => "Clothing and Apparel",
            Self::Education => "Education",
            Self::Entertainment => "Entertainment",
            Self::EventPlanning => "Event Planning and Service",
            Self::Finance => "Finance and Banking",
            Self::Grocery => "Food and Grocery",
            Self::PublicService => "Public Service",
            Self::Hotel => "Hotel and Lodging",
            Self::Health => "Medical and Health",
            Self::NonProfit => "Non-profit",
            Self::Professional => "Professional Services",
            Self::Retail => "Shopping and Retail",
            Self::Travel => "Travel and Transportation",
            Self::Restaurant => "Restaurant",
            Self::Other => "Other",
        }
    }
}
