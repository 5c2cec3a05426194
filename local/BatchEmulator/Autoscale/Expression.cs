namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>A part of a formula that has a value.</summary>
internal abstract record Expression
{
    public sealed record Number(double Value) : Expression;

    public sealed record Text(string Value) : Expression;

    public sealed record Variable(string Name) : Expression;

    public sealed record Vector(IReadOnlyList<Expression> Items) : Expression;

    public sealed record Unary(string Operator, Expression Operand) : Expression;

    public sealed record Binary(string Operator, Expression Left, Expression Right) : Expression;

    public sealed record Conditional(Expression Condition, Expression Then, Expression Otherwise) : Expression;

    public sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression;

    public sealed record MethodCall(Expression Target, string Method, IReadOnlyList<Expression> Arguments) : Expression;

    public sealed record Member(Expression Target, string Name) : Expression;
}
