using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.Options;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>
/// Gives parameters their values. A parameter's source is the trigger's value, its input attribute's value, or the binding data of its name;
/// then the parameter's own converters, the app's and the host's are tried in that order.
/// </summary>
internal sealed class FunctionInputBinding : IFunctionInputBindingFeature
{
    private readonly IServiceProvider services;
    private readonly IInputSource[] sources;
    private readonly Lazy<IInputConverter[]> converters;
    private readonly ConcurrentDictionary<Type, IInputConverter> instances = new();

    public FunctionInputBinding(
        IServiceProvider services,
        IEnumerable<IInputSource> sources,
        IEnumerable<IInputConverter> hostConverters,
        IOptions<WorkerOptions> options
    )
    {
        this.services = services;
        this.sources = [.. sources];
        converters = new(() => [.. options.Value.InputConverters.Select(Instance), .. hostConverters]);
    }

    public async ValueTask<FunctionInputBindingResult> BindFunctionInputAsync(FunctionContext context)
    {
        InvocationContext invocation = (InvocationContext)context;
        DiscoveredFunction function = invocation.Function;
        object?[] values = new object?[function.Parameters.Length];
        List<Exception>? errors = null;
        for (int i = 0; i < values.Length; i++)
        {
            FunctionParameter parameter = function.Parameters[i];
            if (parameter.Type == typeof(FunctionContext))
            {
                values[i] = context;
            }
            else if (parameter.Type == typeof(CancellationToken))
            {
                values[i] = context.CancellationToken;
            }
            else
            {
                ConversionResult result = await ConvertAsync(invocation, parameter);
                values[i] = result.Value;
                if (result.Error is not null)
                {
                    (errors ??= []).Add(result.Error);
                }
            }
        }

        return errors is null
            ? new FunctionInputBindingResult(values)
            : throw new FunctionInputConverterException(
                $"Error converting {errors.Count} input parameters for Function '{function.Name}': {string.Join(Environment.NewLine, errors.Select(e => e.Message))}",
                new AggregateException(errors)
            );
    }

    private async ValueTask<ConversionResult> ConvertAsync(InvocationContext context, FunctionParameter parameter)
    {
        object? source = await SourceAsync(context, parameter);
        ParameterConversion conversion = new(parameter, source, context);
        if (parameter.Properties.TryGetValue(ParameterProperties.Converters, out object? own))
        {
            foreach (Type type in (Type[])own)
            {
                ConversionResult result = await TryAsync(Instance(type), conversion);
                if (result.Status != ConversionStatus.Unhandled)
                {
                    return result;
                }
            }
        }

        foreach (IInputConverter converter in converters.Value)
        {
            ConversionResult result = await TryAsync(converter, conversion);
            if (result.Status != ConversionStatus.Unhandled)
            {
                return result;
            }
        }

        return Unconverted(parameter, source);
    }

    private static ConversionResult Unconverted(FunctionParameter parameter, object? source)
    {
        if (source is not null)
        {
            return ConversionResult.Failed(
                new InvalidOperationException(
                    $"Cannot convert input parameter '{parameter.Name}' to type '{parameter.Type.FullName}' from type '{source.GetType().FullName}'."
                )
            );
        }

        if (parameter.HasDefaultValue)
        {
            return ConversionResult.Success(parameter.DefaultValue);
        }

        return parameter.IsReferenceOrNullableType
            ? ConversionResult.Success(null)
            : ConversionResult.Failed(
                new InvalidOperationException(
                    $"Could not populate the value for '{parameter.Name}' parameter. Consider updating the parameter with a default value."
                )
            );
    }

    private static async ValueTask<ConversionResult> TryAsync(IInputConverter converter, ParameterConversion conversion)
    {
        try
        {
            return await converter.ConvertAsync(conversion);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return ConversionResult.Failed(e);
        }
    }

    private async ValueTask<object?> SourceAsync(InvocationContext context, FunctionParameter parameter)
    {
        if (parameter.Properties.TryGetValue(ParameterProperties.BindingAttribute, out object? attribute))
        {
            if (attribute is TriggerBindingAttribute)
            {
                return context.Trigger.Value;
            }

            IInputSource source =
                sources.FirstOrDefault(s => s.Handles((BindingAttribute)attribute))
                ?? throw new NotSupportedException(
                    $"The local Functions host has no input binding for {attribute.GetType()} (parameter '{parameter.Name}' of '{context.Function.Name}')."
                );
            return await source.ResolveAsync((BindingAttribute)attribute, context);
        }

        return context.Trigger.BindingData.TryGetValue(parameter.Name, out object? value) ? value : null;
    }

    private IInputConverter Instance(Type type) =>
        instances.GetOrAdd(type, static (t, s) => (IInputConverter)ActivatorUtilities.GetServiceOrCreateInstance(s, t), services);
}
