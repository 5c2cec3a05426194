using System.Globalization;
using System.Text;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>Reads formulas: statements with C's operators and precedence.</summary>
internal sealed class FormulaParser
{
    private const int LargestFormula = 8192;
    private const int MostStatements = 100;
    private const int Deepest = 200;
    // A chain of operators is as deep as it is long when it is evaluated.
    private const int LongestStatement = 2000;

    private static readonly string[][] Levels = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/"]];

    private readonly List<Token> tokens;
    private int position;
    private int depth;

    private FormulaParser(List<Token> tokens) => this.tokens = tokens;

    private Token Current => tokens[position];

    /// <summary>Reads a formula.</summary>
    /// <exception cref="FormulaException">It is too long or wrong; the message has the line.</exception>
    public static IReadOnlyList<Statement> Parse(string formula)
    {
        if (Encoding.UTF8.GetByteCount(formula) > LargestFormula)
        {
            throw new FormulaException("AutoScaleFormulaTooLong", $"The formula has more than {LargestFormula} bytes.");
        }

        var parser = new FormulaParser(FormulaLexer.Split(formula));
        var statements = new List<Statement>();
        while (parser.Current.Kind != TokenKind.End)
        {
            if (parser.Take(";"))
            {
                continue;
            }

            var start = parser.position;
            statements.Add(parser.Statement());
            if (parser.position - start > LongestStatement)
            {
                throw parser.Wrong($"the statement has more than {LongestStatement} words");
            }

            if (parser.Current.Kind != TokenKind.End)
            {
                parser.Expect(";");
            }
        }

        return statements.Count switch
        {
            0 => throw new FormulaException(FormulaException.Syntax, "The formula has no statement."),
            > MostStatements => throw new FormulaException(FormulaException.Syntax, $"The formula has more than {MostStatements} statements."),
            _ => statements,
        };
    }

    private Statement Statement()
    {
        if (Current.Kind == TokenKind.Name && tokens[position + 1] is { Kind: TokenKind.Symbol, Text: "=" })
        {
            var name = Current.Text;
            position += 2;
            return new Statement(name, Conditional());
        }

        return new Statement(null, Conditional());
    }

    private Expression Conditional()
    {
        // Deep nesting would exhaust the stack, which nothing catches.
        if (++depth > Deepest)
        {
            throw Wrong("the expression is nested too deeply");
        }

        var value = Binary(0);
        if (Take("?"))
        {
            var then = Conditional();
            Expect(":");
            value = new Expression.Conditional(value, then, Conditional());
        }

        depth--;
        return value;
    }

    private Expression Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        while (Current.Kind == TokenKind.Symbol && Levels[level].Contains(Current.Text))
        {
            var op = tokens[position++].Text;
            left = new Expression.Binary(op, left, Binary(level + 1));
        }

        return left;
    }

    private Expression Unary()
    {
        var operators = new Stack<string>();
        while (Current is { Kind: TokenKind.Symbol, Text: "-" or "!" })
        {
            operators.Push(tokens[position++].Text);
        }

        if (operators.Count > Deepest)
        {
            throw Wrong("the expression is nested too deeply");
        }

        var value = Postfix();
        while (operators.TryPop(out var op))
        {
            value = new Expression.Unary(op, value);
        }

        return value;
    }

    private Expression Postfix()
    {
        var value = Primary();
        while (Take("."))
        {
            var name = Current.Kind == TokenKind.Name ? tokens[position++].Text : throw Wrong("a method or member was expected after '.'");
            value = Take("(") ? new Expression.MethodCall(value, name, List(")")) : new Expression.Member(value, name);
        }

        return value;
    }

    private Expression Primary()
    {
        var token = tokens[position];
        switch (token.Kind)
        {
            case TokenKind.Number:
                position++;
                return double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? new Expression.Number(number)
                    : throw Wrong($"'{token.Text}' is not a number");
            case TokenKind.Text:
                position++;
                return new Expression.Text(token.Text);
            case TokenKind.Name:
                position++;
                return Take("(") ? new Expression.Call(token.Text, List(")")) : new Expression.Variable(token.Text);
        }

        if (Take("("))
        {
            var inner = Conditional();
            Expect(")");
            return inner;
        }

        return Take("[") ? new Expression.Vector(List("]")) : throw Wrong(token.Kind == TokenKind.End ? "the formula ends too early" : $"'{token.Text}' was not expected");
    }

    private List<Expression> List(string end)
    {
        var items = new List<Expression>();
        if (Take(end))
        {
            return items;
        }

        do
        {
            items.Add(Conditional());
        }
        while (Take(","));
        Expect(end);
        return items;
    }

    private bool Take(string symbol)
    {
        if (Current.Kind == TokenKind.Symbol && Current.Text == symbol)
        {
            position++;
            return true;
        }

        return false;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw Wrong($"'{symbol}' was expected" + (Current.Kind == TokenKind.End ? " at the end" : $" before '{Current.Text}'"));
        }
    }

    private FormulaException Wrong(string what) => new(FormulaException.Syntax, $"Line {Current.Line}: {what}.");
}
