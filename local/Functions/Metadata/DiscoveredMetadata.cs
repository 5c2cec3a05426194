using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;

namespace DurableMl.Local.Functions.Metadata;

/// <summary>Describes the functions that were found, in the form of functions.metadata.</summary>
internal sealed class DiscoveredMetadata(FunctionCatalog catalog) : IFunctionMetadataProvider, IFunctionMetadataManager
{
    public Task<ImmutableArray<IFunctionMetadata>> GetFunctionMetadataAsync(string directory) =>
        Task.FromResult(catalog.Functions.Select(Describe).ToImmutableArray());

    /// <summary>A binding as JSON: its name, type and direction, then the attribute's properties.</summary>
    public static JsonObject Describe(DiscoveredBinding binding)
    {
        JsonObject json = new()
        {
            ["name"] = binding.Name,
            ["type"] = binding.Attribute is HttpResultAttribute ? "http" : binding.Type,
            ["direction"] = binding.Direction.ToString(),
        };
        foreach (
            PropertyInfo property in binding
                .Attribute.GetType()
                .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        )
        {
            string name =
                property.GetCustomAttribute<BindingPropertyNameAttribute>()?.BindingPropertyName
                ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (property.GetValue(binding.Attribute) is { } value)
            {
                json[name] = value is Enum ? value.ToString() : JsonSerializer.SerializeToNode(value, value.GetType());
            }
        }

        return json;
    }

    private static IFunctionMetadata Describe(DiscoveredFunction function)
    {
        List<string> bindings = [.. function.Inputs.Concat(function.Outputs).Select(b => Describe(b).ToJsonString())];
        if (function.Trigger is HttpTriggerAttribute && function.Outputs.Length == 0)
        {
            bindings.Add("""{"name":"$return","type":"http","direction":"Out"}""");
        }

        return new DefaultFunctionMetadata
        {
            Name = function.Name,
            EntryPoint = function.EntryPoint,
            Language = "dotnet-isolated",
            ScriptFile = Path.GetFileName(function.PathToAssembly),
            RawBindings = bindings,
            Retry = Describe(function.Retry),
        };
    }

    private static DefaultRetryOptions? Describe(RetryAttribute? retry) =>
        retry switch
        {
            FixedDelayRetryAttribute a => new()
            {
                MaxRetryCount = a.MaxRetryCount,
                DelayInterval = TimeSpan.Parse(a.DelayInterval, CultureInfo.InvariantCulture),
            },
            ExponentialBackoffRetryAttribute a => new()
            {
                MaxRetryCount = a.MaxRetryCount,
                MinimumInterval = TimeSpan.Parse(a.MinimumInterval, CultureInfo.InvariantCulture),
                MaximumInterval = TimeSpan.Parse(a.MaximumInterval, CultureInfo.InvariantCulture),
            },
            _ => null,
        };
}
