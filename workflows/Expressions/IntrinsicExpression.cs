using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;

namespace DurableMl.Workflows.Expressions;

/// <summary>A call of an intrinsic function, such as <c>States.Format('{}', $.name)</c>; arguments can be calls themselves.</summary>
internal sealed class IntrinsicExpression
{
    // Calls nested deeper are refused, as AWS does from 10 on.
    private const int MaximumDepth = 10;

    private readonly string _name;
    private readonly IReadOnlyList<Argument> _arguments;

    private IntrinsicExpression(string name, IReadOnlyList<Argument> arguments)
    {
        _name = name;
        _arguments = arguments;
    }

    /// <summary>The paths among the arguments, at any depth.</summary>
    public IEnumerable<string> Paths => _arguments.SelectMany(argument => argument switch
    {
        { Path: { } path } => [path],
        { Call: { } call } => call.Paths,
        _ => Enumerable.Empty<string>(),
    });

    /// <exception cref="WorkflowFailure">The text is not a call.</exception>
    public static IntrinsicExpression Parse(string text)
    {
        var parser = new Parser(text);
        var call = parser.Call(0);
        parser.End();
        return call;
    }

    public JsonNode? Evaluate(Scope scope, string field)
    {
        var values = _arguments
            .Select(argument => argument switch
            {
                { Call: { } call } => call.Evaluate(scope, field),
                { Path: { } path } => scope.Evaluate(path, field),
                _ => argument.Literal,
            })
            .ToList();
        return IntrinsicFunctions.Call(_name, values, scope.Host);
    }

    private readonly record struct Argument(IntrinsicExpression? Call, string? Path, JsonNode? Literal);

    private sealed class Parser(string text)
    {
        private int _position;

        private char Peek => _position < text.Length ? text[_position] : '\0';

        public IntrinsicExpression Call(int depth)
        {
            if (depth >= MaximumDepth)
            {
                throw Mistake($"intrinsic functions may be nested {MaximumDepth} deep");
            }

            var start = _position;
            while (char.IsAsciiLetterOrDigit(Peek) || Peek == '.')
            {
                _position++;
            }

            var name = text[start.._position];
            if (!IntrinsicFunctions.Exists(name))
            {
                throw Mistake($"there is no function '{name}'");
            }

            Expect('(');
            var arguments = new List<Argument>();
            SkipSpace();
            if (Peek != ')')
            {
                do
                {
                    arguments.Add(Next(depth));
                    SkipSpace();
                }
                while (TryTake(','));
            }

            Expect(')');
            return new IntrinsicExpression(name, arguments);
        }

        public void End()
        {
            SkipSpace();
            if (_position < text.Length)
            {
                throw Mistake("unexpected text");
            }
        }

        private Argument Next(int depth)
        {
            SkipSpace();
            if (text.AsSpan(_position).StartsWith("States."))
            {
                return new Argument(Call(depth + 1), null, null);
            }

            if (Peek == '\'')
            {
                return new Argument(null, null, JsonValue.Create(Quoted()));
            }

            return Peek == '$' ? new Argument(null, Path(), null) : new Argument(null, null, Literal());
        }

        // A path ends at the comma or parenthesis that belongs to the call, so brackets and quotes inside it are followed.
        private string Path()
        {
            var start = _position;
            var open = 0;
            while (_position < text.Length && (open > 0 || Peek is not (',' or ')' or ' ')))
            {
                if (Peek is '\'' or '"')
                {
                    var quote = Peek;
                    _position++;
                    while (_position < text.Length && Peek != quote)
                    {
                        _position += Peek == '\\' ? 2 : 1;
                    }
                }

                open += Peek switch { '[' or '(' => 1, ']' or ')' => -1, _ => 0 };
                _position++;
            }

            return text[start..Math.Min(_position, text.Length)];
        }

        private string Quoted()
        {
            Expect('\'');
            var value = new StringBuilder();
            while (_position < text.Length && Peek != '\'')
            {
                // Only these are escapes; a backslash before anything else stands for itself, so that Format sees its own.
                if (Peek == '\\' && _position + 1 < text.Length && text[_position + 1] is '\'' or '\\')
                {
                    _position++;
                }

                value.Append(text[_position++]);
            }

            Expect('\'');
            return value.ToString();
        }

        private JsonNode? Literal()
        {
            var start = _position;
            while (_position < text.Length && Peek is not (',' or ')' or ' '))
            {
                _position++;
            }

            return text[start.._position] switch
            {
                "true" => JsonValue.Create(true),
                "false" => JsonValue.Create(false),
                "null" => null,
                var number when double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => Number(number, value),
                var other => throw Mistake($"'{other}' is not an argument"),
            };
        }

        // A number is shown as it was written, 1.0 as 1.0, unless JSON cannot write it so, as +1.
        private static JsonNode Number(string written, double value)
        {
            try
            {
                return JsonNode.Parse(written)!;
            }
            catch (JsonException)
            {
                return JsonValue.Create(value);
            }
        }

        private void SkipSpace()
        {
            while (Peek == ' ')
            {
                _position++;
            }
        }

        private bool TryTake(char expected)
        {
            if (Peek != expected)
            {
                return false;
            }

            _position++;
            return true;
        }

        private void Expect(char expected)
        {
            if (!TryTake(expected))
            {
                throw Mistake($"'{expected}' is expected");
            }
        }

        private WorkflowFailure Mistake(string what) =>
            WorkflowFailure.Runtime($"'{text}' is not an intrinsic function: {what} at position {_position}.");
    }
}
