//! Reads the item of a derive: a struct with named fields, or an enum of such variants.

use proc_macro::{Delimiter, Ident, Span, TokenStream, TokenTree, token_stream};

use crate::template::{fill, respanned};
use crate::text;

/// A struct or an enum.
pub struct Item {
    /// Its name.
    pub name: Ident,
    /// The arguments of the attributes of derives.
    pub arguments: Vec<Word>,
    /// Its fields or variants.
    pub body: Body,
}

/// The content of an item.
pub enum Body {
    /// A struct's fields.
    Fields(Vec<Field>),
    /// An enum's variants.
    Variants(Vec<Variant>),
}

/// A named field.
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// Its comment, on one line.
    pub comment: String,
    /// The arguments of the attributes of derives.
    pub arguments: Vec<Word>,
    /// Its type.
    pub kind: TokenStream,
}

/// A variant of an enum.
pub struct Variant {
    /// Its name.
    pub name: Ident,
    /// Its comment, on one line.
    pub comment: String,
    /// The arguments of the attributes of derives.
    pub arguments: Vec<Word>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// One word of an attribute: `key = value`, or a value alone.
pub struct Word {
    /// The key; empty for a value alone.
    pub key: String,
    /// The value.
    pub value: TokenStream,
    /// Its place.
    pub span: Span,
}

/// A mistake with its place.
pub struct Mistake {
    span: Span,
    message: String,
}

impl Mistake {
    /// A mistake at a place.
    pub fn at(span: Span, message: impl Into<String>) -> Mistake {
        Mistake { span, message: message.into() }
    }

    /// An error of the compiler.
    pub fn into_tokens(self) -> TokenStream {
        let error = fill("::core::compile_error!(MESSAGE);", &[("MESSAGE", text::literal(&self.message))]);
        respanned(error, self.span)
    }
}

type Tokens = std::iter::Peekable<token_stream::IntoIter>;

impl Item {
    /// Reads a struct or an enum.
    pub fn read(input: TokenStream) -> Result<Item, Mistake> {
        let mut tokens = input.into_iter().peekable();
        let (_, arguments) = attributes(&mut tokens)?;
        visibility(&mut tokens);
        let word = identifier(&mut tokens)?;
        let name = identifier(&mut tokens)?;
        let is_enum = match word.to_string().as_str() {
            "struct" => false,
            "enum" => true,
            _ => return Err(Mistake::at(word.span(), "this derive is for structs and enums")),
        };
        let body = match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && is_enum => {
                Body::Variants(variants(group.stream())?)
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                Body::Fields(fields(group.stream())?)
            }
            Some(TokenTree::Punct(end)) if end.as_char() == ';' => Body::Fields(Vec::new()),
            _ => return Err(Mistake::at(name.span(), "this derive needs named fields, and no type parameters")),
        };
        Ok(Item { name, arguments, body })
    }
}

fn fields(stream: TokenStream) -> Result<Vec<Field>, Mistake> {
    let mut tokens = stream.into_iter().peekable();
    let mut fields = Vec::new();
    while tokens.peek().is_some() {
        let (comment, arguments) = attributes(&mut tokens)?;
        visibility(&mut tokens);
        let name = identifier(&mut tokens)?;
        expect(&mut tokens, ':', name.span())?;
        let kind = until_comma(&mut tokens);
        fields.push(Field { name, comment, arguments, kind });
    }
    Ok(fields)
}

fn variants(stream: TokenStream) -> Result<Vec<Variant>, Mistake> {
    let mut tokens = stream.into_iter().peekable();
    let mut variants = Vec::new();
    while tokens.peek().is_some() {
        let (comment, arguments) = attributes(&mut tokens)?;
        let name = identifier(&mut tokens)?;
        let fields = match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                until_comma(&mut tokens);
                fields(group.stream())?
            }
            None => Vec::new(),
            Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => Vec::new(),
            Some(_) => return Err(Mistake::at(name.span(), "variants have named fields here, or none")),
        };
        variants.push(Variant { name, comment, arguments, fields });
    }
    Ok(variants)
}

/// The comment, and the arguments of the attributes of these derives.
fn attributes(tokens: &mut Tokens) -> Result<(String, Vec<Word>), Mistake> {
    let (mut comment, mut arguments) = (String::new(), Vec::new());
    while matches!(tokens.peek(), Some(TokenTree::Punct(hash)) if hash.as_char() == '#') {
        tokens.next();
        let Some(TokenTree::Group(group)) = tokens.next() else { continue };
        let mut inner = group.stream().into_iter().peekable();
        let name = identifier(&mut inner)?.to_string();
        match (name.as_str(), inner.next()) {
            ("doc", Some(TokenTree::Punct(_))) => {
                let line = inner.next().and_then(|line| text::content(&line)).unwrap_or_default();
                join(&mut comment, line.trim());
            }
            ("config" | "reason", Some(TokenTree::Group(words))) => arguments.extend(words_of(words.stream())),
            _ => {}
        }
    }
    Ok((comment, arguments))
}

fn join(comment: &mut String, line: &str) {
    if !comment.is_empty() && !line.is_empty() {
        comment.push(' ');
    }
    comment.push_str(line);
}

fn words_of(stream: TokenStream) -> Vec<Word> {
    let mut tokens = stream.into_iter().peekable();
    let mut words = Vec::new();
    while let Some(first) = tokens.next() {
        let span = first.span();
        let is_key = matches!(tokens.peek(), Some(TokenTree::Punct(equals)) if equals.as_char() == '=');
        match first {
            TokenTree::Ident(key) if is_key => {
                tokens.next();
                words.push(Word { key: key.to_string(), value: until_comma(&mut tokens), span });
            }
            value => {
                let value = TokenStream::from(value).into_iter().chain(until_comma(&mut tokens)).collect();
                words.push(Word { key: String::new(), value, span });
            }
        }
    }
    words
}

fn visibility(tokens: &mut Tokens) {
    if matches!(tokens.peek(), Some(TokenTree::Ident(word)) if word.to_string() == "pub") {
        tokens.next();
        tokens.next_if(|next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis));
    }
}

fn identifier(tokens: &mut Tokens) -> Result<Ident, Mistake> {
    match tokens.next() {
        Some(TokenTree::Ident(name)) => Ok(name),
        Some(other) => Err(Mistake::at(other.span(), "a name is expected here")),
        None => Err(Mistake::at(Span::call_site(), "a name is expected at the end")),
    }
}

fn expect(tokens: &mut Tokens, wanted: char, after: Span) -> Result<(), Mistake> {
    match tokens.next() {
        Some(TokenTree::Punct(found)) if found.as_char() == wanted => Ok(()),
        _ => Err(Mistake::at(after, format!("`{wanted}` is expected after this"))),
    }
}

/// The tokens up to the next comma outside of angle brackets. The comma is removed too.
fn until_comma(tokens: &mut Tokens) -> TokenStream {
    let mut depth = 0_i32;
    let mut taken = Vec::new();
    for token in tokens.by_ref() {
        if let TokenTree::Punct(sign) = &token {
            match sign.as_char() {
                ',' if depth == 0 => break,
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
        }
        taken.push(token);
    }
    taken.into_iter().collect()
}
