// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/transcript/code_highlighter.h"

#include <QHash>
#include <QSet>
#include <QTextCharFormat>

#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {

namespace {

struct Language {
  QString lineComment, otherComment;
  bool blockComments = false;  ///< /* ... */
  bool tripleQuotes = false;
  bool backticks = false;
  bool markup = false;  ///< <tag attribute="x">
  QSet<QString> keywords;
};

QSet<QString> words(const char* list) {
  const auto parts = QString::fromLatin1(list).split(u' ', Qt::SkipEmptyParts);
  return {parts.begin(), parts.end()};
}

Language cFamily(const char* keywords, bool backticks = false) {
  Language l;
  l.lineComment = QStringLiteral("//");
  l.blockComments = true;
  l.backticks = backticks;
  l.keywords = words(keywords);
  return l;
}

Language hashFamily(const char* keywords, bool tripleQuotes = false) {
  Language l;
  l.lineComment = QStringLiteral("#");
  l.tripleQuotes = tripleQuotes;
  l.keywords = words(keywords);
  return l;
}

const Language& languageOf(const QString& name) {
  static const Language cpp = cFamily(
      "alignas auto bool break case catch char class const constexpr continue default delete do "
      "double "
      "else enum explicit extern false float for friend goto if inline int long mutable namespace "
      "new "
      "noexcept nullptr operator override private protected public return short signed sizeof "
      "static "
      "struct switch template this throw true try typedef typename union unsigned using virtual "
      "void "
      "volatile while co_await co_return co_yield concept requires NULL");
  static const Language java = cFamily(
      "abstract as async await base bool boolean break byte case catch char class const continue "
      "decimal default do double else enum extends false final finally float for foreach get if "
      "implements import in instanceof int interface internal is lock long namespace new null "
      "object "
      "out override package private protected public readonly ref return sealed set short static "
      "string super switch this throw throws true try using var virtual void volatile while yield");
  static const Language script = cFamily(
      "any as async await boolean break case catch class const continue debugger default delete do "
      "else enum export extends false finally for from function get if implements import in "
      "instanceof "
      "interface let new null number of private public readonly return set static string super "
      "switch "
      "this throw true try type typeof undefined var void while yield",
      true);
  static const Language rust = cFamily(
      "as async await break const continue crate dyn else enum extern false fn for if impl in let "
      "loop "
      "match mod move mut pub ref return self Self static struct super trait true type unsafe use "
      "where "
      "while bool char f32 f64 i8 i16 i32 i64 isize str u8 u16 u32 u64 usize String Vec Option "
      "Result");
  static const Language go = cFamily(
      "break case chan const continue default defer else fallthrough false for func go goto if "
      "import "
      "interface map nil package range return select struct switch true type var bool byte error "
      "float64 "
      "int int64 string uint",
      true);
  static const Language python = hashFamily(
      "False None True and as assert async await break class continue def del elif else except "
      "finally "
      "for from global if import in is lambda match nonlocal not or pass raise return self try "
      "while "
      "with yield",
      true);
  static const Language shell = hashFamily(
      "case do done echo elif else esac exit export fi for function if in local return set then "
      "until while cd sudo");
  static const Language config = hashFamily("true false null yes no on off");
  static const Language ruby = hashFamily(
      "begin class def do else elsif end ensure false for if in module nil not or require rescue "
      "return "
      "self super then true unless until when while yield");
  static const Language sql = [] {
    Language l = cFamily(
        "add all alter and as asc between by case cascade create cross default delete desc "
        "distinct drop "
        "else end exists foreign from full group having in index inner insert into is join key "
        "left like "
        "limit not null offset on or order outer primary references right select set table then "
        "union "
        "unique update values view when where with");
    l.lineComment = QStringLiteral("--");
    return l;
  }();
  static const Language json = cFamily("true false null");
  static const Language markup = [] {
    Language l;
    l.markup = true;
    return l;
  }();
  static const Language none;
  static const QHash<QString, const Language*> names{{"c", &cpp},
                                                     {"cc", &cpp},
                                                     {"cpp", &cpp},
                                                     {"c++", &cpp},
                                                     {"h", &cpp},
                                                     {"hpp", &cpp},
                                                     {"cuda", &cpp},
                                                     {"cu", &cpp},
                                                     {"java", &java},
                                                     {"kotlin", &java},
                                                     {"cs", &java},
                                                     {"csharp", &java},
                                                     {"c#", &java},
                                                     {"swift", &java},
                                                     {"php", &java},
                                                     {"js", &script},
                                                     {"javascript", &script},
                                                     {"jsx", &script},
                                                     {"ts", &script},
                                                     {"typescript", &script},
                                                     {"tsx", &script},
                                                     {"rs", &rust},
                                                     {"rust", &rust},
                                                     {"go", &go},
                                                     {"golang", &go},
                                                     {"py", &python},
                                                     {"python", &python},
                                                     {"python3", &python},
                                                     {"sh", &shell},
                                                     {"bash", &shell},
                                                     {"shell", &shell},
                                                     {"zsh", &shell},
                                                     {"console", &shell},
                                                     {"cmake", &shell},
                                                     {"make", &shell},
                                                     {"makefile", &shell},
                                                     {"dockerfile", &shell},
                                                     {"yaml", &config},
                                                     {"yml", &config},
                                                     {"toml", &config},
                                                     {"ini", &config},
                                                     {"conf", &config},
                                                     {"rb", &ruby},
                                                     {"ruby", &ruby},
                                                     {"sql", &sql},
                                                     {"sqlite", &sql},
                                                     {"json", &json},
                                                     {"jsonc", &json},
                                                     {"html", &markup},
                                                     {"xml", &markup},
                                                     {"svg", &markup},
                                                     {"xhtml", &markup}};
  return *names.value(name.toLower(), &none);
}

bool isWord(QChar c) { return c.isLetterOrNumber() || c == u'_'; }

/// End of the string that begins at `at` (which holds its quote), or the line's end.
int stringEnd(const QString& line, int at, QChar quote) {
  for (int i = at + 1; i < line.size(); ++i) {
    if (line[i] == u'\\')
      ++i;
    else if (line[i] == quote)
      return i + 1;
  }
  return int(line.size());
}

QString closerOf(OpenCode open) {
  switch (open) {
    case OpenCode::BlockComment:
      return QStringLiteral("*/");
    case OpenCode::TripleQuote:
      return QStringLiteral("\"\"\"");
    case OpenCode::TripleApostrophe:
      return QStringLiteral("'''");
    case OpenCode::Backtick:
      return QStringLiteral("`");
    case OpenCode::None:
      break;
  }
  return {};
}

CodeToken::Kind kindOf(OpenCode open) {
  return open == OpenCode::BlockComment ? CodeToken::Kind::Comment : CodeToken::Kind::String;
}

}  // namespace

QVector<CodeToken> codeTokens(const QString& line, const QString& language, OpenCode& open) {
  using Kind = CodeToken::Kind;
  const Language& l = languageOf(language);
  const bool folds = &l == &languageOf(QStringLiteral("sql"));  // keywords in either case
  QVector<CodeToken> tokens;
  const int n = int(line.size());
  int i = 0;
  bool inTag = false;

  // What is open runs to its closer, here or in a later line.
  const auto runOpen = [&](int begin, int searchFrom) {
    const QString closer = closerOf(open);
    const auto at = line.indexOf(closer, searchFrom);
    const int end = at < 0 ? n : int(at + closer.size());
    tokens.append({begin, end - begin, kindOf(open)});
    if (at >= 0) open = OpenCode::None;
    return end;
  };
  if (open != OpenCode::None) i = runOpen(0, 0);

  while (i < n) {
    const QChar c = line[i];
    const auto rest = QStringView(line).mid(i);
    if (!l.lineComment.isEmpty() && rest.startsWith(l.lineComment)) {
      tokens.append({i, n - i, Kind::Comment});
      break;
    }
    OpenCode opens = OpenCode::None;
    if (l.blockComments && rest.startsWith(u"/*"))
      opens = OpenCode::BlockComment;
    else if (l.tripleQuotes && rest.startsWith(u"\"\"\""))
      opens = OpenCode::TripleQuote;
    else if (l.tripleQuotes && rest.startsWith(u"'''"))
      opens = OpenCode::TripleApostrophe;
    else if (l.backticks && c == u'`')
      opens = OpenCode::Backtick;
    if (opens != OpenCode::None) {
      open = opens;
      i = runOpen(i, i + int(opens == OpenCode::BlockComment ? 2 : closerOf(opens).size()));
      continue;
    }
    if (l.markup) {
      if (c == u'<') {
        int end = i + 1;
        while (end < n && (isWord(line[end]) || line[end] == u'/' || line[end] == u'!' ||
                           line[end] == u'?' || line[end] == u'-' || line[end] == u':'))
          ++end;
        tokens.append({i, end - i, Kind::Markup});
        inTag = true;
        i = end;
        continue;
      }
      if (c == u'>') {
        tokens.append({i, 1, Kind::Markup});
        inTag = false;
      } else if (inTag && (c == u'"' || c == u'\'')) {
        const int end = stringEnd(line, i, c);
        tokens.append({i, end - i, Kind::String});
        i = end;
        continue;
      }
      ++i;
      continue;
    }
    const bool known = !l.lineComment.isEmpty();
    if (known && (c == u'"' || c == u'\'')) {
      const int end = stringEnd(line, i, c);
      tokens.append({i, end - i, Kind::String});
      i = end;
      continue;
    }
    if (known && isWord(c)) {
      int end = i + 1;
      while (end < n && (isWord(line[end]) || (c.isDigit() && line[end] == u'.'))) ++end;
      const QString word = line.mid(i, end - i);
      if (c.isDigit()) {
        tokens.append({i, end - i, Kind::Number});
      } else if (l.keywords.contains(folds ? word.toLower() : word)) {
        tokens.append({i, end - i, Kind::Keyword});
      } else if (end < n && line[end] == u'(') {
        tokens.append({i, end - i, Kind::Call});
      }
      i = end;
      continue;
    }
    ++i;
  }
  return tokens;
}

CodeHighlighter::CodeHighlighter(QTextDocument* document, QString language)
    : QSyntaxHighlighter(document), m_language(std::move(language)) {}

void CodeHighlighter::highlightBlock(const QString& text) {
  const int before = previousBlockState();
  auto open = before < 0 ? OpenCode::None : static_cast<OpenCode>(before);
  const bool dark = tokens().dark;
  for (const CodeToken& t : codeTokens(text, m_language, open)) {
    QTextCharFormat format;
    switch (t.kind) {
      case CodeToken::Kind::Comment:
        format.setForeground(tokens().muted);
        format.setFontItalic(true);
        break;
      case CodeToken::Kind::String:
        format.setForeground(tokens().good);
        break;
      case CodeToken::Kind::Number:
        format.setForeground(tokens().warning);
        break;
      case CodeToken::Kind::Keyword:
      case CodeToken::Kind::Markup:
        format.setForeground(tokens().accent);
        break;
      case CodeToken::Kind::Call:
        format.setForeground(dark ? tokens().text.lighter(115) : tokens().text);
        format.setFontWeight(QFont::DemiBold);
        break;
    }
    setFormat(t.begin, t.length, format);
  }
  setCurrentBlockState(int(open));
}

}  // namespace leyden::desktop
