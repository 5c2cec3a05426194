namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Gives a binding attribute's property another name in the function's metadata.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BindingPropertyNameAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="bindingPropertyName">The name in the metadata.</param>
    public BindingPropertyNameAttribute(string bindingPropertyName)
    {
        BindingPropertyName = bindingPropertyName ?? throw new ArgumentNullException(nameof(bindingPropertyName));
    }

    /// <summary>The name in the metadata.</summary>
    public string BindingPropertyName { get; }
}
