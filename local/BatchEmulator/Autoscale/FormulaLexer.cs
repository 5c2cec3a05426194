namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>Splits a formula into words; comments of both C kinds are skipped.</summary>
internal static class FormulaLexer
{
    private static readonly string[] LongSymbols = ["<=", ">=", "==", "!=", "&&", "||"];

    /// <summary>The words, and an end.</summary>
    public static List<Token> Split(string formula)
    {
        var tokens = new List<Token>();
        var line = 1;
        var i = 0;
        while (i < formula.Length)
        {
            var c = formula[i];
            if (c == '\n')
            {
                line++;
                i++;
            }
            else if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (Starts("//"))
            {
                i = End(formula.IndexOf('\n', i), 0);
            }
            else if (Starts("/*"))
            {
                var end = formula.IndexOf("*/", i, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw Wrong("a comment is not closed");
                }

                line += formula.AsSpan(i, end - i).Count('\n');
                i = end + 2;
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && i + 1 < formula.Length && char.IsAsciiDigit(formula[i + 1])))
            {
                Add(TokenKind.Number, NumberEnd(formula, i));
            }
            else if (char.IsAsciiLetter(c) || c is '$' or '_')
            {
                var end = i + 1;
                while (end < formula.Length && (char.IsAsciiLetterOrDigit(formula[end]) || formula[end] == '_'))
                {
                    end++;
                }

                Add(TokenKind.Name, end);
            }
            else if (c == '"')
            {
                var end = formula.IndexOf('"', i + 1);
                if (end < 0)
                {
                    throw Wrong("a string is not closed");
                }

                tokens.Add(new Token(TokenKind.Text, formula[(i + 1)..end], line));
                i = end + 1;
            }
            else if (Array.Find(LongSymbols, Starts) is { } symbol)
            {
                Add(TokenKind.Symbol, i + symbol.Length);
            }
            else if ("+-*/<>=!?:;,.()[]".Contains(c, StringComparison.Ordinal))
            {
                Add(TokenKind.Symbol, i + 1);
            }
            else
            {
                throw Wrong($"'{c}' was not expected");
            }
        }

        tokens.Add(new Token(TokenKind.End, "", line));
        return tokens;

        bool Starts(string text) => string.CompareOrdinal(formula, i, text, 0, text.Length) == 0;
        int End(int index, int length) => index < 0 ? formula.Length : index + length;
        FormulaException Wrong(string what) => new(FormulaException.Syntax, $"Line {line}: {what}.");

        void Add(TokenKind kind, int end)
        {
            tokens.Add(new Token(kind, formula[i..end], line));
            i = end;
        }
    }

    private static int NumberEnd(string formula, int start)
    {
        var end = start;
        while (end < formula.Length && (char.IsAsciiDigit(formula[end]) || formula[end] == '.'))
        {
            end++;
        }

        if (end < formula.Length && (formula[end] is 'e' or 'E'))
        {
            var exponent = end + 1;
            if (exponent < formula.Length && (formula[exponent] is '+' or '-'))
            {
                exponent++;
            }

            if (exponent < formula.Length && char.IsAsciiDigit(formula[exponent]))
            {
                end = exponent;
                while (end < formula.Length && char.IsAsciiDigit(formula[end]))
                {
                    end++;
                }
            }
        }

        return end;
    }
}
