using System.Collections;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>An invocation's features. There are a handful, so a list beats a dictionary.</summary>
internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly List<KeyValuePair<Type, object>> features = new(4);

    public void Set<T>(T instance)
    {
        int index = features.FindIndex(f => f.Key == typeof(T));
        if (index >= 0)
        {
            features.RemoveAt(index);
        }

        if (instance is not null)
        {
            features.Add(new(typeof(T), instance));
        }
    }

    public T? Get<T>()
    {
        foreach ((Type type, object feature) in features)
        {
            if (type == typeof(T))
            {
                return (T)feature;
            }
        }

        return default;
    }

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
