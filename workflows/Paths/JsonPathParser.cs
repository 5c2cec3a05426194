using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace DurableMl.Workflows.Paths;

internal sealed class JsonPathParser(string text)
{
    // Deeper filters are refused rather than followed until the stack ends.
    private const int MaximumDepth = 32;

    private int _position;
    private int _depth;

    public JsonPath Parse()
    {
        Expect('$');
        var steps = Steps();
        if (_position < text.Length)
        {
            throw Mistake("unexpected text");
        }

        return new JsonPath(text, steps);
    }

    private List<PathStep> Steps()
    {
        var steps = new List<PathStep>();
        while (_position < text.Length)
        {
            if (TryTake('.'))
            {
                if (TryTake('.'))
                {
                    steps.Add(new DescendStep());
                    if (Peek == '[')
                    {
                        continue;
                    }
                }

                steps.Add(TryTake('*') ? new WildcardStep() : new NameStep(Identifier()));
            }
            else if (Peek == '[')
            {
                steps.Add(Bracket());
            }
            else
            {
                break;
            }
        }

        return steps;
    }

    private char Peek => _position < text.Length ? text[_position] : '\0';

    private PathStep Bracket()
    {
        Expect('[');
        SkipSpace();
        if (TryTake('*'))
        {
            SkipSpace();
            Expect(']');
            return new WildcardStep();
        }

        if (TryTake('?'))
        {
            SkipSpace();
            Expect('(');
            var condition = Any();
            Expect(')');
            SkipSpace();
            Expect(']');
            return new FilterStep(condition);
        }

        var parts = new List<PathStep>();
        do
        {
            SkipSpace();
            parts.Add(Peek is '\'' or '"' ? new NameStep(Quoted()) : IndexOrSlice());
            SkipSpace();
        }
        while (TryTake(','));

        Expect(']');
        return parts.Count == 1 ? parts[0] : new UnionStep(parts);
    }

    private PathStep IndexOrSlice()
    {
        var start = OptionalInteger();
        if (!TryTake(':'))
        {
            return new IndexStep(start ?? throw Mistake("an index, a name in quotes, '*', a slice or a filter is expected"));
        }

        var end = OptionalInteger();
        var step = TryTake(':') ? OptionalInteger() ?? 1 : 1;
        return step > 0 ? new SliceStep(start, end, step) : throw Mistake("a slice's step must be positive");
    }

    private int? OptionalInteger()
    {
        var start = _position;
        _ = TryTake('-');
        while (char.IsAsciiDigit(Peek))
        {
            _position++;
        }

        if (_position == start)
        {
            return null;
        }

        return int.TryParse(text.AsSpan(start, _position - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Mistake("not an index");
    }

    private string Identifier()
    {
        var start = _position;
        while (_position < text.Length && (char.IsLetterOrDigit(Peek) || Peek is '_' or '-' || char.IsSurrogate(Peek)))
        {
            _position++;
        }

        return _position > start ? text[start.._position] : throw Mistake("a name is expected");
    }

    private string Quoted()
    {
        var quote = text[_position++];
        var value = new StringBuilder();
        while (_position < text.Length && Peek != quote)
        {
            // A backslash before anything else is part of the name.
            if (Peek == '\\' && _position + 1 < text.Length && (text[_position + 1] == quote || text[_position + 1] == '\\'))
            {
                _position++;
            }

            value.Append(text[_position++]);
        }

        Expect(quote);
        return value.ToString();
    }

    private PathCondition Any()
    {
        var parts = new List<PathCondition> { All() };
        while (TryTake("||"))
        {
            parts.Add(All());
        }

        return parts.Count == 1 ? parts[0] : new AnyCondition(parts);
    }

    private PathCondition All()
    {
        var parts = new List<PathCondition> { Single() };
        while (TryTake("&&"))
        {
            parts.Add(Single());
        }

        return parts.Count == 1 ? parts[0] : new AllConditions(parts);
    }

    private PathCondition Single()
    {
        if (++_depth > MaximumDepth)
        {
            throw Mistake($"a filter may be nested {MaximumDepth} deep");
        }

        try
        {
            SkipSpace();
            if (Peek == '!' && !text.AsSpan(_position).StartsWith("!="))
            {
                _position++;
                return new NotCondition(Single());
            }

            if (TryTake('('))
            {
                var inner = Any();
                Expect(')');
                SkipSpace();
                return inner;
            }

            var left = Operand();
            foreach (var symbol in (string[])["==", "!=", "<=", ">=", "<", ">"])
            {
                if (TryTake(symbol))
                {
                    return new CompareCondition(left, symbol, Operand());
                }
            }

            return left.Path is null ? throw Mistake("a comparison is expected") : new ExistsCondition(left);
        }
        finally
        {
            _depth--;
        }
    }

    private PathOperand Operand()
    {
        SkipSpace();
        var start = _position;
        PathOperand operand;
        if (Peek is '@' or '$')
        {
            var fromRoot = Peek == '$';
            _position++;
            operand = new PathOperand(new JsonPath(text[start..], Steps()), fromRoot, null);
        }
        else if (Peek is '\'' or '"')
        {
            operand = new PathOperand(null, false, JsonValue.Create(Quoted()));
        }
        else
        {
            while (char.IsAsciiLetterOrDigit(Peek) || Peek is '-' or '+' or '.')
            {
                _position++;
            }

            operand = new PathOperand(null, false, text[start.._position] switch
            {
                "true" => JsonValue.Create(true),
                "false" => JsonValue.Create(false),
                "null" => null,
                var number when double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => JsonValue.Create(value),
                _ => throw Mistake("a path, a number, a text in quotes, true, false or null is expected"),
            });
        }

        SkipSpace();
        return operand;
    }

    private void SkipSpace()
    {
        while (Peek is ' ' or '\t' or '\n' or '\r')
        {
            _position++;
        }
    }

    private bool TryTake(char expected)
    {
        if (Peek != expected || _position >= text.Length)
        {
            return false;
        }

        _position++;
        return true;
    }

    private bool TryTake(string expected)
    {
        SkipSpace();
        if (!text.AsSpan(_position).StartsWith(expected))
        {
            return false;
        }

        _position += expected.Length;
        return true;
    }

    private void Expect(char expected)
    {
        if (!TryTake(expected))
        {
            throw Mistake($"'{expected}' is expected");
        }
    }

    private FormatException Mistake(string what) => new($"'{text}' is not a JSONPath: {what} at position {_position}.");
}
