namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>Kinds of words.</summary>
internal enum TokenKind
{
    Number,
    Text,
    Name,
    Symbol,
    End,
}
