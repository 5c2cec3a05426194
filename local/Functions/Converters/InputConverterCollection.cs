using System.Collections;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Converters that are tried for every parameter, in order, before the host's own.</summary>
public sealed class InputConverterCollection : IEnumerable<Type>
{
    private readonly List<Type> types = [];

    /// <summary>Adds a converter after the others.</summary>
    /// <typeparam name="T">The converter's type.</typeparam>
    public void Register<T>()
        where T : Converters.IInputConverter => types.Add(typeof(T));

    /// <summary>Adds a converter at a place.</summary>
    /// <typeparam name="T">The converter's type.</typeparam>
    /// <param name="index">The place, from 0.</param>
    public void RegisterAt<T>(int index)
        where T : Converters.IInputConverter => types.Insert(index, typeof(T));

    /// <summary>Removes every converter that was registered.</summary>
    public void Clear() => types.Clear();

    /// <summary>Enumerates the converters' types.</summary>
    /// <returns>The enumerator.</returns>
    public IEnumerator<Type> GetEnumerator() => types.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
