//! The names in the invented customer book. Nobody in it exists; each name is two draws from a list.

use super::dice::Dice;

/// First names and surnames that belong together, each list written `a|b|c`.
pub(super) struct Origin {
    pub(super) women: &'static str,
    pub(super) men: &'static str,
    pub(super) surnames: &'static str,
}

/// Who lives around Palo Alto, with how many of a thousand customers each origin has.
pub(super) const ORIGINS: &[(i64, Origin)] = &[
    (505, Origin { women: WOMEN, men: MEN, surnames: SURNAMES }),
    (75, Origin { women: WOMEN, men: MEN, surnames: OLD_COUNTRY }),
    (
        45,
        Origin {
            women: WOMEN,
            men: MEN,
            surnames: "O'Brien|O'Connor|O'Neill|O'Hara|McAllister|McCarthy|McDougall|McGrath|MacKenzie|Sullivan|\
                Murphy|Kelleher|Donovan|Fitzgerald|Gallagher|D'Arcy",
        },
    ),
    (
        22,
        Origin {
            women: WOMEN,
            men: MEN,
            surnames: "Smith-Jones|Barrett-Lowe|Carey-Holt|Hughes-Warner|Lloyd-Parry|Marsh-Ellison|Prentice-Hale|\
                Reed-Sandoval",
        },
    ),
    (
        28,
        Origin {
            women: WOMEN,
            men: MEN,
            surnames: "van der Berg|van Houten|de Vries|von Hagen|van den Heuvel|ter Horst|van Dyke|von Arnim|\
                de Graaf|zu Rhein",
        },
    ),
    (
        75,
        Origin {
            women: "Grace|Linda|Alice|Helen|Nancy|Mei-Ling|Shu-Fen|Li-Hua|Vivian|Pearl|Lillian|Ruby|Susan|Yu-Lan|Amy",
            men: "James|David|Henry|Wai-Man|Chi-Keung|Frank|Albert|Raymond|Wing-Kai|Stanley|Kenneth|Victor|Jung-Tao|\
                Edwin|George",
            surnames: "Chan|Wong|Lee|Chen|Lin|Huang|Chow|Fong|Louie|Tam|Leung|Ng|Liu|Tsai|Yee|Lü|Woo|Kwok|Chin|Hsu",
        },
    ),
    (
        38,
        Origin {
            women: "Lan|Thúy|Hương|Mai|Ngọc|Phượng|Tuyết|Kim-Anh|Hạnh|Yến|Bích|Liên",
            men: "Minh|Tuấn|Đức|Hùng|Quang|Bảo|Thành|Vinh|Long|Hiếu|Khoa|Sơn",
            surnames: "Nguyễn|Trần|Lê|Phạm|Hoàng|Vũ|Đặng|Bùi|Đỗ|Võ|Ngô|Dương",
        },
    ),
    (
        52,
        Origin {
            women: "Maria|Conceição|Fátima|Inês|Lúcia|Rosa|Teresa|Ana|Isabel|Helena|Glória|Olívia",
            men: "João|António|Manuel|José|Luís|Joaquim|Álvaro|Carlos|Tomás|Simão|Américo|Rui",
            surnames: "da Silva|dos Santos|Pereira|Simões|Gonçalves|Magalhães|Avila|Machado|Conceição|Freitas|\
                Brandão|Assunção|de Sousa|Furtado|Guimarães|Leitão",
        },
    ),
    (
        62,
        Origin {
            women: "Carmen|Dolores|Esperanza|Guadalupe|Inés|Luz|Mercedes|Mónica|Pilar|Rosa|Sofía|Teresa|Verónica|\
                Ángela",
            men: "Alfonso|Andrés|Arturo|Eduardo|Ernesto|Gabriel|Héctor|Jesús|Jorge|Julián|Ramón|Raúl|Tomás|Víctor",
            surnames: "García|Martínez|Hernández|Muñoz|Ibáñez|Peña|Castañeda|de la Cruz|de la Torre|Núñez|Ortega|\
                Quiñones|Sandoval|Velásquez|Zúñiga|Romero|Bolaños|Ybarra",
        },
    ),
    (
        30,
        Origin {
            women: "Eva|Jana|Zdeňka|Ludmila|Božena|Dagmar|Helena|Květa|Růžena|Alžběta",
            men: "Jiří|Ondřej|Tomáš|Zdeněk|Václav|Miloš|Pavel|František|Luboš|Karel",
            surnames: "Novák|Dvořák|Svoboda|Černý|Procházka|Křížek|Růžička|Němec|Šimek|Havlík|Žižka|Hořejší",
        },
    ),
    (
        14,
        Origin {
            women: "Danuta|Halina|Irena|Krystyna|Małgorzata|Zofia|Grażyna|Wanda",
            men: "Andrzej|Jerzy|Kazimierz|Michał|Paweł|Stanisław|Witold|Zbigniew",
            surnames: "Kowalski|Wójcik|Zieliński|Dąbrowski|Woźniak|Mikołajczyk|Piątek|Łukasik",
        },
    ),
    (
        30,
        Origin {
            women: "Anahit|Arpiné|Hasmik|Maro|Nazeli|Nvard|Satenik|Seta|Shushan|Zabel",
            men: "Aram|Ara|Armen|Garabed|Hagop|Hrant|Krikor|Levon|Sarkis|Vartan",
            surnames: "Avakian|Boghosian|Der Ohanian|Garabedian|Hagopian|Kasparian|Kazanjian|Manoogian|Nazarian|\
                Sarafian|Ter-Petrossian|Tutunjian",
        },
    ),
    (
        18,
        Origin {
            women: "Anneliese|Birgit|Ingrid|Käthe|Margarethe|Ursula|Astrid|Solveig|Åsa|Kirsten",
            men: "Björn|Günter|Jürgen|Lars|Nils|Søren|Werner|Anders|Klaus|Håkan",
            surnames: "Müller|Schröder|Weiß|Jørgensen|Lindström|Sjöberg|Grünwald|Köhler|Ødegaard|Bäumler|Nygård|\
                Hübner",
        },
    ),
];

const WOMEN: &str = "Abigail|Adele|Alice|Amy|Andrea|Ann|Anne|Audrey|Barbara|Beatrice|Betty|Beverly|Bonnie|Carol|\
    Caroline|Catherine|Charlotte|Christine|Claire|Constance|Cynthia|Deborah|Diana|Diane|Donna|Doris|Dorothy|Edith|\
    Eileen|Elaine|Eleanor|Elizabeth|Ellen|Emily|Esther|Evelyn|Florence|Frances|Gail|Gloria|Grace|Harriet|Helen|Irene|\
    Jacqueline|Jane|Janet|Jean|Jennifer|Joan|Joanne|Josephine|Joyce|Judith|Julia|Karen|Katherine|Kathleen|Laura|\
    Lillian|Linda|Lois|Lorraine|Louise|Lucille|Lydia|Margaret|Marian|Marie|Marilyn|Marjorie|Martha|Mary|Maureen|\
    Mildred|Miriam|Nancy|Naomi|Nora|Pamela|Patricia|Paula|Phyllis|Priscilla|Rachel|Rebecca|Rita|Roberta|Rose|\
    Rosemary|Ruth|Sally|Sandra|Sarah|Sharon|Shirley|Stephanie|Susan|Sylvia|Teresa|Theresa|Vera|Victoria|Virginia|\
    Vivian|Winifred";

const MEN: &str = "Alan|Albert|Alexander|Alfred|Andrew|Anthony|Arnold|Arthur|Benjamin|Bernard|Bruce|Calvin|Carl|\
    Charles|Christopher|Clarence|Clifford|Craig|Daniel|David|Dennis|Donald|Douglas|Earl|Edgar|Edmund|Edward|Elliott|\
    Eric|Ernest|Eugene|Everett|Francis|Frank|Franklin|Frederick|Gary|George|Gerald|Gilbert|Glenn|Gordon|Gregory|\
    Harold|Harry|Harvey|Henry|Herbert|Howard|Hugh|Irving|Jack|James|Jeffrey|Jerome|Joel|John|Jonathan|Joseph|Keith|\
    Kenneth|Lawrence|Leo|Leonard|Lewis|Lloyd|Louis|Malcolm|Mark|Martin|Matthew|Maurice|Michael|Milton|Morris|Nathan|\
    Neil|Nicholas|Norman|Oliver|Oscar|Patrick|Paul|Peter|Philip|Ralph|Raymond|Richard|Robert|Roger|Roland|Ronald|Roy|\
    Russell|Samuel|Sidney|Stanley|Stephen|Stuart|Theodore|Thomas|Timothy|Vernon|Victor|Vincent|Walter|Warren|Wayne|\
    William|Winston";

const SURNAMES: &str = "Abbott|Adams|Aldridge|Allen|Anderson|Andrews|Archer|Armstrong|Atwood|Austin|Bailey|Baker|\
    Baldwin|Barnes|Bartlett|Bennett|Bishop|Blake|Bowen|Bradford|Bradley|Brewster|Brooks|Brown|Bryant|Burke|Burnett|\
    Butler|Caldwell|Campbell|Carlson|Carpenter|Carroll|Carter|Chandler|Chapman|Clark|Coleman|Collins|Conrad|Cooper|\
    Crawford|Cross|Cunningham|Curtis|Daniels|Davis|Dawson|Dixon|Douglas|Drake|Duncan|Eaton|Edwards|Elliott|Ellis|\
    Evans|Farrell|Fisher|Fleming|Fletcher|Ford|Foster|Franklin|Fraser|Freeman|Fuller|Gardner|Gibson|Gilbert|Goodwin|\
    Graham|Grant|Graves|Green|Griffin|Hale|Hall|Hamilton|Hanson|Harding|Harper|Harris|Harrison|Hart|Hartley|Hawkins|\
    Hayes|Henderson|Hill|Holland|Holloway|Holmes|Hopkins|Howard|Howell|Hubbard|Hudson|Hughes|Hunter|Ingram|Jackson|\
    James|Jenkins|Jensen|Johnson|Jones|Jordan|Keller|Kendall|Kennedy|King|Kirby|Knight|Lambert|Lane|Larson|Lawrence|\
    Lawson|Lewis|Lindsay|Logan|Lowell|Lynch|Marshall|Martin|Mason|Matthews|Maxwell|Mercer|Miller|Mitchell|Monroe|\
    Moore|Morgan|Morris|Morrison|Nash|Nelson|Newman|Newton|Nichols|Norton|Oakley|Olson|Osborne|Owens|Page|Palmer|\
    Parker|Parsons|Patterson|Payne|Perkins|Perry|Peterson|Phillips|Pierce|Porter|Powell|Pratt|Prescott|Preston|Price|\
    Quinn|Ramsey|Randall|Reed|Reynolds|Rhodes|Richards|Richardson|Roberts|Robinson|Rogers|Rowe|Russell|Sanders|\
    Sawyer|Scott|Shaw|Sheldon|Shepherd|Simmons|Simpson|Slater|Smith|Snow|Spencer|Stafford|Stanton|Stephens|Stevens|\
    Stewart|Stone|Sutton|Taylor|Thompson|Thornton|Tucker|Turner|Tyler|Underwood|Vaughan|Wade|Walker|Wallace|Walsh|\
    Walton|Ward|Warren|Watkins|Watson|Weaver|Webb|Webster|Wells|West|Weston|Wheeler|White|Whitfield|Whitman|Wilkins|\
    Williams|Wilson|Winslow|Wood|Woodward|Wright|Yates|Young";

const OLD_COUNTRY: &str = "Abrams|Adler|Bauer|Bernstein|Bianchi|Blum|Cohen|Conti|DeLuca|Di Giorgio|Fischer|Friedman|\
    Goldberg|Greco|Gruber|Hirsch|Hoffman|Kaplan|Katz|Klein|Kramer|Lang|Levine|Lombardi|Marchetti|Meyer|Moretti|\
    Papadakis|Pappas|Ricci|Romano|Rosen|Rossi|Roth|Santoro|Schneider|Schwartz|Shapiro|Sorensen|Steiner|Stern|Tanaka|\
    Vogel|Wagner|Weiss|Yamamoto|Zimmerman";

/// People who sign their names in another alphabet: whether a woman, first name, surname.
pub(super) const OTHER_ALPHABETS: &[(bool, &str, &str)] = &[
    (true, "Ελένη", "Παπαδοπούλου"),
    (false, "Γιώργος", "Μυλωνάκης"),
    (true, "Ольга", "Соколова"),
    (false, "Михаил", "Черновский"),
];

/// A first name from the lists of an origin.
pub(super) fn first(dice: &mut Dice, origin: &Origin, woman: bool) -> &'static str {
    dice.word(if woman { origin.women } else { origin.men })
}
