namespace Microsoft.DurableTask;

static class TypedInput
{
    public static T Of<T>(object? input) => input switch
    {
        T typed => typed,
        null => default!,
        _ => throw new ArgumentException($"Input of type '{input.GetType()}' does not match expected type '{typeof(T)}'.", nameof(input)),
    };
}
