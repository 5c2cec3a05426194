using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Activity: <c>function:echo</c>, which gives back what it gets. Stands in for functions that are not written yet.</summary>
public static class EchoFunction
{
    /// <summary>Its name.</summary>
    public const string Name = "echo";

    /// <summary>Gives the input back.</summary>
    [Function(Name)]
    public static JsonElement Run([ActivityTrigger] JsonElement input) => input;
}
