//! A tagged PDF put together: its pages, the tree of its tags, and the places that lead somewhere.

use lopdf::{Dictionary, Object, ObjectId, Stream};

use super::structure::{PageLink, Structure, StructureChild, StructurePart};
use super::{Book, ROOT, broken, dictionary, name};
use crate::error::Result;
use crate::letter::page::role::ReadingRole;
use crate::letter::pdf;

/// A page: its deflated content, and the size of its sheet.
pub(crate) struct TaggedPage {
    pub content: Vec<u8>,
    pub size: (f32, f32),
}

/// The tag of a role; headings are counted by which levels there are.
pub(crate) fn name_of(role: &ReadingRole, levels: &[u8]) -> &'static str {
    match role {
        ReadingRole::Paragraph => "P",
        ReadingRole::Heading(level) => {
            const NAMES: [&str; 6] = ["H1", "H2", "H3", "H4", "H5", "H6"];
            let place = levels.iter().filter(|other| *other < level).count();
            NAMES[place.min(NAMES.len() - 1)]
        }
        ReadingRole::Quote => "BlockQuote",
        ReadingRole::List { .. } => "L",
        ReadingRole::Item => "LI",
        ReadingRole::Label => "Lbl",
        ReadingRole::Body => "LBody",
        ReadingRole::Table => "Table",
        ReadingRole::Row => "TR",
        ReadingRole::Head => "TH",
        ReadingRole::Cell => "TD",
        ReadingRole::Figure(_) => "Figure",
        ReadingRole::Link(_) => "Link",
        ReadingRole::Group => "Div",
        ReadingRole::Artifact => "Artifact",
    }
}

/// The bytes of the file.
pub(crate) fn bind(book: &Book<'_>, pages: &[TaggedPage], structure: &Structure) -> Result<Vec<u8>> {
    let (mut file, resources) = pdf::shared(book, ROOT + 1)?;
    let ids: Vec<ObjectId> = pages.iter().map(|_| file.new_object_id()).collect();
    let tags = Tags {
        structure,
        levels: structure.levels(),
        pages: &ids,
        root: file.new_object_id(),
        parts: structure.parts.iter().map(|_| file.new_object_id()).collect(),
        links: structure.links.iter().map(|_| file.new_object_id()).collect(),
    };
    for (number, page) in pages.iter().enumerate() {
        let content = Stream::new(dictionary([("Filter", name("FlateDecode"))]), page.content.clone());
        let content = file.add_object(content.with_compression(false));
        let mut dict = dictionary([
            ("Type", name("Page")),
            ("Parent", Object::Reference((ROOT, 0))),
            ("MediaBox", rectangle([0.0, 0.0, page.size.0, page.size.1])),
            ("Contents", content.into()),
            ("StructParents", integer(number)),
            ("Tabs", name("S")),
        ]);
        let here = structure.links.iter().zip(&tags.links).filter(|(link, _)| link.page == number);
        let here: Vec<Object> = here.map(|(_, id)| Object::Reference(*id)).collect();
        if !here.is_empty() {
            dict.set("Annots", here);
        }
        file.set_object(ids[number], dict);
    }
    let tree = dictionary([
        ("Type", name("Pages")),
        ("Count", integer(pages.len())),
        ("Resources", resources.into()),
        ("Kids", references(&ids)),
    ]);
    file.set_object((ROOT, 0), tree);
    for (number, link) in structure.links.iter().enumerate() {
        file.set_object(tags.links[number], tags.link(number, link));
    }
    for (number, part) in structure.parts.iter().enumerate() {
        file.set_object(tags.parts[number], tags.part(number, part));
    }
    file.set_object(tags.root, tags.whole());
    let catalog = file.catalog_mut().map_err(broken)?;
    catalog.set("MarkInfo", dictionary([("Marked", Object::Boolean(true))]));
    catalog.set("StructTreeRoot", tags.root);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).map_err(|fault| crate::error::Error::cannot("write the letter", fault))?;
    Ok(bytes)
}

/// The tags, and which object each is.
struct Tags<'a> {
    structure: &'a Structure,
    levels: Vec<u8>,
    pages: &'a [ObjectId],
    root: ObjectId,
    parts: Vec<ObjectId>,
    links: Vec<ObjectId>,
}

impl Tags<'_> {
    /// The root of the tree, with the way from content back to its part.
    fn whole(&self) -> Dictionary {
        let mut numbers = Vec::new();
        for (page, contents) in self.structure.pages.iter().enumerate() {
            let parts: Vec<Object> = contents.iter().map(|part| self.parts[*part].into()).collect();
            numbers.extend([integer(page), parts.into()]);
        }
        for (number, link) in self.structure.links.iter().enumerate() {
            numbers.extend([integer(self.pages.len() + number), self.parts[link.part].into()]);
        }
        dictionary([
            ("Type", name("StructTreeRoot")),
            ("K", self.parts[0].into()),
            ("ParentTree", dictionary([("Nums", Object::Array(numbers))]).into()),
            ("ParentTreeNextKey", integer(self.pages.len() + self.structure.links.len())),
        ])
    }

    fn part(&self, number: usize, part: &StructurePart) -> Dictionary {
        let role = part.step.as_ref().map(|(_, role)| role);
        let page = part.children.iter().find_map(|child| match child {
            StructureChild::Content(page, _) => Some(*page),
            _ => None,
        });
        let children = part.children.iter().map(|child| match *child {
            StructureChild::Part(child) => self.parts[child].into(),
            StructureChild::Content(at, content) if Some(at) == page => integer(content),
            StructureChild::Content(at, content) => {
                dictionary([("Type", name("MCR")), ("Pg", self.pages[at].into()), ("MCID", integer(content))]).into()
            }
            StructureChild::Link(link) => {
                let page = self.structure.links[link].page;
                let object = ("Obj", self.links[link].into());
                dictionary([("Type", name("OBJR")), object, ("Pg", self.pages[page].into())]).into()
            }
        });
        let parent = if number == 0 { self.root } else { self.parts[part.parent] };
        let mut dict = dictionary([
            ("Type", name("StructElem")),
            ("S", name(role.map_or("Document", |role| name_of(role, &self.levels)))),
            ("P", parent.into()),
            ("K", Object::Array(children.collect())),
        ]);
        if let Some(page) = page {
            dict.set("Pg", self.pages[page]);
        }
        match role {
            Some(ReadingRole::Figure(words)) => {
                dict.set("Alt", lopdf::text_string(words));
                if let Some((_, place)) = part.place {
                    dict.set("A", dictionary([("O", name("Layout")), ("BBox", rectangle(place))]));
                }
            }
            Some(ReadingRole::Head) => dict.set("A", dictionary([("O", name("Table")), ("Scope", name("Column"))])),
            Some(ReadingRole::List { is_numbered }) => {
                let kind = name(if *is_numbered { "Decimal" } else { "Disc" });
                dict.set("A", dictionary([("O", name("List")), ("ListNumbering", kind)]));
            }
            _ => {}
        }
        dict
    }

    fn link(&self, number: usize, link: &PageLink) -> Dictionary {
        let target = dictionary([("S", name("URI")), ("URI", Object::string_literal(&*link.target))]);
        dictionary([
            ("Type", name("Annot")),
            ("Subtype", name("Link")),
            ("Rect", rectangle(link.rectangle)),
            ("Border", Object::Array(vec![0.into(), 0.into(), 0.into()])),
            ("F", Object::Integer(4)),
            ("A", target.into()),
            ("Contents", lopdf::text_string(if link.text.is_empty() { &link.target } else { &link.text })),
            ("StructParent", integer(self.pages.len() + number)),
        ])
    }
}

fn references(ids: &[ObjectId]) -> Object {
    Object::Array(ids.iter().map(|id| Object::Reference(*id)).collect())
}

fn rectangle(corners: [f32; 4]) -> Object {
    Object::Array(corners.map(|at| Object::Real((at * 100.0).round() / 100.0)).to_vec())
}

fn integer(number: usize) -> Object {
    Object::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
