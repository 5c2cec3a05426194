using System.Reflection;
using System.Reflection.Emit;
using DurableMl.FunctionsHost.App;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host;
using Binder = Microsoft.Azure.WebJobs.Binder;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>
/// The base of a class that is generated at start: a method for each function, with the attributes by which the WebJobs SDK finds its trigger.
/// Each method hands its arguments to the <see cref="FunctionInvoker"/>.
/// </summary>
public abstract class FunctionMethods
{
    private IReadOnlyDictionary<string, FunctionDefinition> _functions = new Dictionary<string, FunctionDefinition>(StringComparer.OrdinalIgnoreCase);
    private FunctionInvoker? _invoker;

    /// <summary>Called by the generated methods.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="trigger">What started it.</param>
    /// <param name="binder">Binds inputs and outputs.</param>
    /// <param name="context">Which invocation this is.</param>
    /// <param name="cancellationToken">Cancelled on a time-out and when the host stops.</param>
    protected Task<object?> InvokeAsync(
        string function, object? trigger, Binder binder, Microsoft.Azure.WebJobs.ExecutionContext context, CancellationToken cancellationToken) =>
        _invoker!.InvokeAsync(_functions[function], trigger, binder, context, cancellationToken);

    /// <summary>Generates the class.</summary>
    /// <param name="functions">The functions; those that cannot be described go to <paramref name="faults"/>.</param>
    /// <param name="faults">Gets the reason for each function that is left out.</param>
    internal static Type Generate(IEnumerable<FunctionDefinition> functions, IDictionary<string, string> faults)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Functions"), AssemblyBuilderAccess.Run);
        // The name that functions have in the addresses of Event Grid subscriptions: Host.Functions.NAME.
        var type = assembly.DefineDynamicModule("Functions").DefineType("Host.Functions", TypeAttributes.Public | TypeAttributes.Sealed, typeof(FunctionMethods));
        foreach (var function in functions)
        {
            try
            {
                DefineMethod(type, function);
            }
            catch (FormatException e)
            {
                faults[function.Name] = e.Message;
            }
        }

        return type.CreateType();
    }

    /// <summary>Makes the one instance of a generated class.</summary>
    internal static FunctionMethods Create(Type type, IEnumerable<FunctionDefinition> functions, FunctionInvoker invoker)
    {
        var methods = (FunctionMethods)Activator.CreateInstance(type)!;
        methods._invoker = invoker;
        methods._functions = functions.ToDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
        return methods;
    }

    private static void DefineMethod(TypeBuilder type, FunctionDefinition function)
    {
        // Everything that can fail comes first: a method that was begun cannot be taken back.
        var trigger = BindingAttributes.Describe(function.Trigger);
        foreach (var binding in function.Inputs.Concat(function.Outputs))
        {
            // Bound at each invocation, when the values for their expressions are known.
            BindingAttributes.Describe(binding);
        }

        var attributes = MethodAttributesOf(function).ToList();
        Type[] parameters = [ParameterType(function.Trigger), typeof(Binder), typeof(Microsoft.Azure.WebJobs.ExecutionContext), typeof(CancellationToken)];
        // The durable extension takes the worker's result from the method's own; for all others a result would need a binding.
        var method = type.DefineMethod(function.Name, MethodAttributes.Public, function.IsDurable ? typeof(Task<object>) : typeof(Task), parameters);
        foreach (var attribute in attributes)
        {
            method.SetCustomAttribute(attribute);
        }

        method.DefineParameter(1, ParameterAttributes.None, function.Trigger.Name).SetCustomAttribute(trigger.ForEmit());
        method.DefineParameter(2, ParameterAttributes.None, "_binder");
        method.DefineParameter(3, ParameterAttributes.None, "_executionContext");
        method.DefineParameter(4, ParameterAttributes.None, "_cancellationToken");
        EmitBody(method.GetILGenerator(), function.Name, parameters[0]);
    }

    /// <summary><c>return InvokeAsync(name, trigger, binder, context, token);</c></summary>
    private static void EmitBody(ILGenerator il, string name, Type trigger)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldstr, name);
        il.Emit(OpCodes.Ldarg_1);
        if (trigger.IsValueType)
        {
            il.Emit(OpCodes.Box, trigger);
        }

        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Ldarg_S, (byte)4);
        il.Emit(OpCodes.Call, typeof(FunctionMethods).GetMethod(nameof(InvokeAsync), BindingFlags.NonPublic | BindingFlags.Instance)!);
        il.Emit(OpCodes.Ret);
    }

    private static IEnumerable<CustomAttributeBuilder> MethodAttributesOf(FunctionDefinition function)
    {
        yield return Attribute(typeof(FunctionNameAttribute), function.Name);
        if (function.IsHttp)
        {
            // Requests are routed to it by the host, not by a listener.
            yield return Attribute(typeof(NoAutomaticTriggerAttribute));
        }

        if (function.Retry is { Delay: { } delay } fixedDelay)
        {
            yield return Attribute(typeof(FixedDelayRetryAttribute), fixedDelay.MaxRetryCount, delay);
        }
        else if (function.Retry is { } backOff)
        {
            yield return Attribute(typeof(ExponentialBackoffRetryAttribute), backOff.MaxRetryCount, backOff.MinimumInterval!, backOff.MaximumInterval!);
        }
    }

    private static CustomAttributeBuilder Attribute(Type type, params object[] arguments)
    {
        var constructor = type.GetConstructor(arguments.Select(argument => argument.GetType()).ToArray())!;
        try
        {
            // Its own checks run here already, so that the function is named in what they find.
            constructor.Invoke(arguments);
        }
        catch (TargetInvocationException e)
        {
            throw new FormatException($"{type.Name}: {e.InnerException!.Message}", e);
        }

        return new CustomAttributeBuilder(constructor, arguments);
    }

    private static Type ParameterType(FunctionBinding binding) => binding.Type.ToLowerInvariant() switch
    {
        "httptrigger" => typeof(HttpRequest),
        "timertrigger" => typeof(TimerInfo),
        "orchestrationtrigger" or "activitytrigger" or "entitytrigger" => typeof(string),
        _ when binding.IsDeferred => binding.IsMany ? typeof(ParameterBindingData[]) : typeof(ParameterBindingData),
        _ when binding.IsBinary => typeof(byte[]),
        _ => typeof(string),
    };
}
