using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json.Nodes;
using DurableMl.FunctionsHost.App;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>
/// Turns the bindings of functions.metadata into the attributes that the WebJobs extensions know. Members are matched by name, so that what
/// an extension understands need not be repeated here.
/// </summary>
internal static class BindingAttributes
{
    /// <summary>The attribute for each type of binding, and the members that its constructor takes.</summary>
    private static readonly Dictionary<(string Type, BindingDirection Direction), (Type Attribute, string[] Arguments)> Known = new()
    {
        [("httptrigger", BindingDirection.In)] = (typeof(HttpTriggerAttribute), ["authLevel", "methods"]),
        [("queuetrigger", BindingDirection.In)] = (typeof(QueueTriggerAttribute), ["queueName"]),
        [("blobtrigger", BindingDirection.In)] = (typeof(BlobTriggerAttribute), ["path"]),
        [("timertrigger", BindingDirection.In)] = (typeof(TimerTriggerAttribute), ["schedule"]),
        [("orchestrationtrigger", BindingDirection.In)] = (typeof(OrchestrationTriggerAttribute), []),
        [("activitytrigger", BindingDirection.In)] = (typeof(ActivityTriggerAttribute), []),
        [("entitytrigger", BindingDirection.In)] = (typeof(EntityTriggerAttribute), []),
        [("durableclient", BindingDirection.In)] = (typeof(DurableClientAttribute), []),
        [("blob", BindingDirection.In)] = (typeof(BlobAttribute), ["blobPath", "access"]),
        [("blob", BindingDirection.Out)] = (typeof(BlobAttribute), ["blobPath", "access"]),
        [("queue", BindingDirection.Out)] = (typeof(QueueAttribute), ["queueName"]),
    };

    /// <summary>Describes the attribute for a binding.</summary>
    /// <exception cref="FormatException">This host has no such binding, or a member is missing or wrong; the message says which.</exception>
    public static BindingAttribute Describe(FunctionBinding binding)
    {
        if (!Known.TryGetValue((binding.Type.ToLowerInvariant(), binding.Direction), out var known))
        {
            throw new FormatException(
                $"binding '{binding.Name}' has the type '{binding.Type}' ({(binding.Direction == BindingDirection.In ? "in" : "out")}), "
                + "which this host does not have. "
                + "It has HTTP, queues, blobs, timers and Durable Functions.");
        }

        var constructor = known.Attribute.GetConstructors().First(candidate => candidate.GetParameters().Length == known.Arguments.Length);
        var arguments = constructor.GetParameters()
            .Zip(known.Arguments, (parameter, member) => Argument(binding, member, parameter.ParameterType))
            .ToArray();
        var properties = new List<(PropertyInfo, object)>();
        foreach (var (member, value) in binding.Json)
        {
            var property = known.Attribute.GetProperty(member, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is { CanWrite: true } && value is not null && !known.Arguments.Contains(member, StringComparer.OrdinalIgnoreCase))
            {
                var given = Convert(binding, member, value, property.PropertyType);
                // There is no Event Grid on this machine, so every blob trigger polls here.
                properties.Add((property, given is BlobTriggerSource.EventGrid ? BlobTriggerSource.LogsAndContainerScan : given));
            }
        }

        return new BindingAttribute(constructor, arguments, properties);
    }

    private static object Argument(FunctionBinding binding, string member, Type type)
    {
        if (binding.Json[member] is { } value)
        {
            return Convert(binding, member, value, type);
        }

        return member switch
        {
            "methods" => Array.Empty<string>(),
            "access" => binding.Direction == BindingDirection.In ? FileAccess.Read : FileAccess.Write,
            "authLevel" => Microsoft.Azure.WebJobs.Extensions.Http.AuthorizationLevel.Function,
            _ => throw new FormatException($"binding '{binding.Name}' ({binding.Type}): '{member}' is missing."),
        };
    }

    private static object Convert(FunctionBinding binding, string member, JsonNode value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        try
        {
            return type switch
            {
                _ when type == typeof(string) => value.ToString(),
                _ when type == typeof(string[]) => value.AsArray().Select(item => item!.ToString()).ToArray(),
                _ when type == typeof(bool) => bool.Parse(value.ToString()),
                _ when type == typeof(int) => int.Parse(value.ToString(), System.Globalization.CultureInfo.InvariantCulture),
                _ when type.IsEnum => Enum.Parse(type, value.ToString(), ignoreCase: true),
                _ => throw new FormatException($"no value of the type {type.Name} can be given here."),
            };
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"binding '{binding.Name}' ({binding.Type}): '{member}' is {value.ToJsonString()}: {e.Message}", e);
        }
    }
}

/// <summary>An attribute that can be made, or put on a method that is generated.</summary>
internal sealed record BindingAttribute(
    ConstructorInfo Constructor, object[] Arguments, IReadOnlyList<(PropertyInfo Property, object Value)> Properties)
{
    /// <summary>Makes the attribute.</summary>
    public Attribute Create()
    {
        var attribute = (Attribute)Constructor.Invoke(Arguments);
        foreach (var (property, value) in Properties)
        {
            property.SetValue(attribute, value);
        }

        return attribute;
    }

    /// <summary>Describes it for generated code.</summary>
    public CustomAttributeBuilder ForEmit() =>
        new(Constructor, Arguments, Properties.Select(item => item.Property).ToArray(), Properties.Select(item => item.Value).ToArray());
}
