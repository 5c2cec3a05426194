using System.Reflection;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>The app's functions.</summary>
internal sealed class FunctionCatalog
{
    /// <param name="types">The classes to look in.</param>
    /// <param name="disabled">Whether a function of a name is turned off.</param>
    public FunctionCatalog(IEnumerable<Type> types, Func<string, bool> disabled)
    {
        Dictionary<string, DiscoveredFunction> found = new(StringComparer.OrdinalIgnoreCase);
        foreach (Type type in types)
        {
            foreach (
                MethodInfo method in type.GetMethods(
                    BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly
                )
            )
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute || disabled(attribute.Name))
                {
                    continue;
                }

                DiscoveredFunction function = new(attribute.Name, method);
                if (!found.TryAdd(attribute.Name, function))
                {
                    throw new InvalidOperationException(
                        $"Two functions are named '{attribute.Name}': {found[attribute.Name].EntryPoint} and {function.EntryPoint}."
                    );
                }
            }
        }

        Functions = [.. found.Values.OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public IReadOnlyList<DiscoveredFunction> Functions { get; }

    /// <summary>The functions with a kind of trigger.</summary>
    public IEnumerable<(DiscoveredFunction Function, TTrigger Trigger)> With<TTrigger>()
        where TTrigger : TriggerBindingAttribute => Functions.Where(f => f.Trigger is TTrigger).Select(f => (f, (TTrigger)f.Trigger));
}
