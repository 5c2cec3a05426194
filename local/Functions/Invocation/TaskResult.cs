using System.Reflection;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>Awaits whatever a method returned and takes its value.</summary>
internal static class TaskResult
{
    /// <summary>Reads the value of a finished task of the method's return type; null where there is none.</summary>
    public static Func<object, object?>? ReaderFor(Type returnType)
    {
        if (!returnType.IsGenericType)
        {
            return null;
        }

        Type definition = returnType.GetGenericTypeDefinition();
        if (definition != typeof(Task<>) && definition != typeof(ValueTask<>))
        {
            return null;
        }

        Type reader = typeof(Reader<>).MakeGenericType(returnType.GetGenericArguments());
        MethodInfo read = reader.GetMethod(nameof(Reader<>.Read), BindingFlags.Public | BindingFlags.Static)!;
        return read.CreateDelegate<Func<object, object?>>();
    }

    public static async ValueTask<object?> AwaitAsync(object? returned, Func<object, object?>? reader)
    {
        switch (returned)
        {
            case Task task:
                await task;
                return reader?.Invoke(task);
            case ValueTask task:
                await task;
                return null;
            default:
                // A ValueTask<T> comes boxed; its reader makes a task of it.
                return returned is not null && reader?.Invoke(returned) is Task valueTask
                    ? await AwaitAsync(valueTask, ReaderFor(valueTask.GetType()))
                    : returned;
        }
    }

    private static class Reader<T>
    {
        public static object? Read(object task) =>
            task switch
            {
                Task<T> finished => finished.Result,
                ValueTask<T> pending => pending.AsTask(),
                _ => null,
            };
    }
}
