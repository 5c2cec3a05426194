using DurableMl.FunctionsHost.App;
using Microsoft.Azure.WebJobs;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>Reads what a function has as inputs besides its trigger.</summary>
internal static class InputBindings
{
    /// <summary>Reads one input. The worker fetches most blobs itself and is told only where they lie.</summary>
    public static async Task<object?> ReadAsync(FunctionBinding binding, Binder binder, CancellationToken cancellationToken)
    {
        var attribute = BindingAttributes.Describe(binding).Create();
        return binding switch
        {
            { IsDeferred: true } => await binder.BindAsync<ParameterBindingData>(attribute, cancellationToken),
            { IsBinary: true } => await binder.BindAsync<byte[]>(attribute, cancellationToken),
            _ => await binder.BindAsync<string>(attribute, cancellationToken),
        };
    }

    /// <summary>
    /// Makes the members of a JSON object that started a function known to binding expressions: with a message <c>{"Id": "7"}</c>, the blob
    /// <c>orders/{Id}</c> is <c>orders/7</c>. They have precedence over the trigger's own data of the same name.
    /// </summary>
    public static void AddMembers(FunctionDefinition function, object? trigger, Dictionary<string, object> data)
    {
        if (trigger is not string text
            || !text.AsSpan().TrimStart().StartsWith("{")
            || (function.IsDurable && !function.Inputs.Concat(function.Outputs).Any()))
        {
            return;
        }

        JObject members;
        try
        {
            using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
            members = JObject.Load(reader);
        }
        catch (JsonException)
        {
            // A text may look like JSON and be none.
            return;
        }

        foreach (var (name, value) in members)
        {
            if (value is JObject or JValue { Value: not null })
            {
                data[name] = value is JObject ? value : value.ToString();
            }
        }
    }
}
