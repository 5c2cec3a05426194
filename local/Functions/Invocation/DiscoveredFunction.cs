using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>A method with <see cref="FunctionAttribute"/>.</summary>
internal sealed class DiscoveredFunction : FunctionDefinition
{
    public DiscoveredFunction(string name, MethodInfo method)
    {
        Name = name;
        Method = method;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{EntryPoint}")).AsSpan(0, 8));
        ParameterInfo[] parameters = method.GetParameters();
        Parameters = [.. parameters.Select(Describe)];
        Inputs =
        [
            .. parameters
                .Select(p => (Parameter: p, Binding: p.GetCustomAttribute<BindingAttribute>()))
                .Where(p => p.Binding is not null)
                .Select(p => new DiscoveredBinding(p.Parameter.Name!, p.Binding!, BindingDirection.In)),
        ];
        DiscoveredBinding[] triggers = [.. Inputs.Where(i => i.Attribute is TriggerBindingAttribute)];
        if (triggers.Length != 1)
        {
            throw new InvalidOperationException(
                $"Function '{name}' ({EntryPoint}) has {triggers.Length} triggers: give exactly one of its parameters a trigger attribute."
            );
        }

        Trigger = (TriggerBindingAttribute)triggers[0].Attribute;
        TriggerParameter = parameters.Single(p => p.Name == triggers[0].Name);
        Outputs = DiscoverOutputs(method);
        Retry = method.GetCustomAttribute<RetryAttribute>();
        InputBindings = Inputs.ToImmutableDictionary(i => i.Name, i => (BindingMetadata)i);
        OutputBindings = Outputs.ToImmutableDictionary(o => o.Name, o => (BindingMetadata)o);
    }

    public const string ReturnValue = "$return";

    public MethodInfo Method { get; }

    public TriggerBindingAttribute Trigger { get; }

    public ParameterInfo TriggerParameter { get; }

    public ImmutableArray<DiscoveredBinding> Inputs { get; }

    public ImmutableArray<DiscoveredBinding> Outputs { get; }

    public RetryAttribute? Retry { get; }

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override string PathToAssembly => Method.DeclaringType!.Assembly.Location;

    public override string EntryPoint { get; }

    public override string Id { get; }

    public override string Name { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }

    private static FunctionParameter Describe(ParameterInfo parameter)
    {
        Dictionary<string, object> properties = new(StringComparer.Ordinal);
        if (parameter.GetCustomAttribute<BindingAttribute>() is { } binding)
        {
            properties[ParameterProperties.BindingAttribute] = binding;
        }

        Type[] converters =
        [
            .. parameter
                .GetCustomAttributes<Microsoft.Azure.Functions.Worker.Converters.InputConverterAttribute>()
                .Concat(
                    parameter.ParameterType.GetCustomAttributes<Microsoft.Azure.Functions.Worker.Converters.InputConverterAttribute>(
                        inherit: true
                    )
                )
                .Select(a => a.ConverterType),
        ];
        if (converters.Length > 0)
        {
            properties[ParameterProperties.Converters] = converters;
        }

        return new FunctionParameter(
            parameter.Name!,
            parameter.ParameterType,
            parameter.HasDefaultValue,
            parameter.DefaultValue,
            properties
        );
    }

    private static ImmutableArray<DiscoveredBinding> DiscoverOutputs(MethodInfo method)
    {
        if (method.GetCustomAttribute<OutputBindingAttribute>() is { } onReturn)
        {
            return [new DiscoveredBinding(ReturnValue, onReturn, BindingDirection.Out)];
        }

        Type returned = method.ReturnType;
        if (
            returned.IsGenericType
            && (returned.GetGenericTypeDefinition() == typeof(Task<>) || returned.GetGenericTypeDefinition() == typeof(ValueTask<>))
        )
        {
            returned = returned.GetGenericArguments()[0];
        }

        return
        [
            .. returned
                .GetProperties()
                .Select(p => (Property: p, Binding: p.GetCustomAttribute<OutputBindingAttribute>()))
                .Where(p => p.Binding is not null)
                .Select(p => new DiscoveredBinding(p.Property.Name, p.Binding!, BindingDirection.Out)),
        ];
    }
}
