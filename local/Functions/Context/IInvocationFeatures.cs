namespace Microsoft.Azure.Functions.Worker;

/// <summary>An invocation's features, by type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Sets a feature.</summary>
    /// <typeparam name="T">The feature's type.</typeparam>
    /// <param name="instance">The feature.</param>
    void Set<T>(T instance);

    /// <summary>Gets a feature.</summary>
    /// <typeparam name="T">The feature's type.</typeparam>
    /// <returns>The feature, or null.</returns>
    T? Get<T>();
}
