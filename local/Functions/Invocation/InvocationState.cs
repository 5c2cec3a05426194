using Microsoft.Azure.Functions.Worker.Context.Features;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>What an invocation has come to: its parameters' values, its result, its outputs. A feature of the invocation.</summary>
internal sealed class InvocationState
{
    private object?[]? inputs;

    /// <summary>What the method returned, and middleware left of it.</summary>
    public object? Result { get; set; }

    /// <summary>The outputs by property name; <c>$return</c> is the returned value.</summary>
    public Dictionary<string, object?> Outputs { get; } = new(StringComparer.Ordinal);

    public static InvocationState Of(FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<InvocationState>()
            ?? throw new InvalidOperationException("The invocation was not started by this host.");
    }

    /// <summary>Binds the parameters the first time, and gives the same values afterwards.</summary>
    public async ValueTask<object?[]> BindAsync(FunctionContext context)
    {
        if (inputs is null)
        {
            IFunctionInputBindingFeature binding =
                context.Features.Get<IFunctionInputBindingFeature>()
                ?? throw new InvalidOperationException("The invocation has no input binding.");
            inputs = (await binding.BindFunctionInputAsync(context)).Values;
        }

        return inputs;
    }
}
