using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.DurableTask.Entities;

/// <summary>Finds and calls the method for an entity operation.</summary>
static class EntityDispatch
{
    static readonly ConcurrentDictionary<Type, Dictionary<string, MethodInfo?>> Methods = new();

    public static async ValueTask<(bool Found, object? Result)> TryRunAsync(object target, TaskEntityOperation operation)
    {
        Dictionary<string, MethodInfo?> methods = Methods.GetOrAdd(target.GetType(), MethodsOf);
        if (!methods.TryGetValue(operation.Name, out MethodInfo? method))
        {
            return (false, null);
        }

        if (method is null)
        {
            throw new AmbiguousMatchException($"Ambiguous match for entity operation '{operation}'.");
        }

        object? returned;
        try
        {
            returned = method.Invoke(target, Arguments(method, operation));
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException);
            throw;
        }

        return (true, await ResultAsync(returned));
    }

    static Dictionary<string, MethodInfo?> MethodsOf(Type type)
    {
        Dictionary<string, MethodInfo?> methods = new(StringComparer.OrdinalIgnoreCase);
        foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
        {
            if (method.DeclaringType != typeof(object) && !IsRunAsync(method) && !method.IsSpecialName && !methods.TryAdd(method.Name, method))
            {
                methods[method.Name] = null;
            }
        }

        return methods;
    }

    static bool IsRunAsync(MethodInfo method) =>
        method.DeclaringType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(TaskEntity<>);

    static object?[] Arguments(MethodInfo method, TaskEntityOperation operation)
    {
        ParameterInfo[] parameters = method.GetParameters();
        object?[] arguments = new object?[parameters.Length];
        ParameterInfo? input = null;
        for (int i = 0; i < parameters.Length; i++)
        {
            Type type = parameters[i].ParameterType;
            if (type == typeof(TaskEntityContext))
            {
                arguments[i] = operation.Context;
            }
            else if (type == typeof(TaskEntityOperation))
            {
                arguments[i] = operation;
            }
            else if (input is not null)
            {
                throw new InvalidOperationException($"Error dispatching entity operation '{operation}': '{input}' and '{parameters[i]}' would both take the input.");
            }
            else
            {
                input = parameters[i];
                arguments[i] = operation.HasInput ? operation.GetInput(type)
                    : input.HasDefaultValue ? input.DefaultValue
                    : throw new InvalidOperationException($"Error dispatching entity operation '{operation}': the operation has no input for parameter '{input}'.");
            }
        }

        return arguments;
    }

    static async ValueTask<object?> ResultAsync(object? returned)
    {
        switch (returned)
        {
            case Task task:
                await task;
                return ResultOf(task, task.GetType());
            case ValueTask task:
                await task;
                return null;
            case not null when returned.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>):
                Task converted = (Task)type.GetMethod(nameof(ValueTask<int>.AsTask))!.Invoke(returned, null)!;
                await converted;
                return ResultOf(converted, converted.GetType());
            default:
                return returned;
        }
    }

    static object? ResultOf(Task task, Type type)
    {
        PropertyInfo? property = type.GetProperty(nameof(Task<int>.Result));
        return property is null || property.PropertyType.Name == "VoidTaskResult" ? null : property.GetValue(task);
    }
}
