// What lock statements lock: .NET 9 has a type of its own for it, .NET 8 does not.
#if NET9_0_OR_GREATER
global using Gate = System.Threading.Lock;
#else
global using Gate = System.Object;
#endif
