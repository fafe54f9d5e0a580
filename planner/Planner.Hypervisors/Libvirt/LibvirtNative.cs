using System.Runtime.InteropServices;

namespace Planner.Hypervisors;

/// <summary>The calls of libvirt's C library, all of them. The library is opened at the first call and not linked, so the program starts without it.</summary>
/// <remarks>Source: libvirt's reference of its C API. A call that fails leaves its error to the thread that made it.</remarks>
internal static unsafe partial class LibvirtNative
{
    /// <summary>The Debian package that brings both libraries.</summary>
    public const string Package = "libvirt0";

    private const string Library = "libvirt.so.0";
    private const string QemuLibrary = "libvirt-qemu.so.0";

    [LibraryImport(Library)]
    public static partial int virInitialize();

    [LibraryImport(Library)]
    public static partial int virGetVersion(out CULong version, nint type, nint typeVersion);

    [LibraryImport(Library)]
    public static partial void virSetErrorFunc(nint data, delegate* unmanaged[Cdecl]<nint, nint, void> handler);

    [LibraryImport(Library)]
    public static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Library)]
    public static partial int virEventRunDefaultImpl();

    [LibraryImport(Library)]
    public static partial int virEventAddTimeout(int milliseconds, delegate* unmanaged[Cdecl]<int, nint, void> callback, nint data, nint free);

    [LibraryImport(Library)]
    public static partial int virGetLastErrorCode();

    [LibraryImport(Library)]
    public static partial nint virGetLastErrorMessage();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtConnectHandle virConnectOpen(string uri);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtConnectHandle virConnectOpenReadOnly(string uri);

    [LibraryImport(Library)]
    public static partial int virConnectClose(nint connection);

    [LibraryImport(Library)]
    public static partial int virConnectSetKeepAlive(LibvirtConnectHandle connection, int seconds, uint count);

    [LibraryImport(Library)]
    public static partial int virConnectRegisterCloseCallback(
        LibvirtConnectHandle connection, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback, nint data, nint free);

    [LibraryImport(Library)]
    public static partial int virConnectUnregisterCloseCallback(LibvirtConnectHandle connection, delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(Library)]
    public static partial int virConnectGetLibVersion(LibvirtConnectHandle connection, out CULong version);

    [LibraryImport(Library)]
    public static partial int virConnectGetVersion(LibvirtConnectHandle connection, out CULong version);

    [LibraryImport(Library)]
    public static partial nint virConnectGetCapabilities(LibvirtConnectHandle connection);

    [LibraryImport(Library)]
    public static partial int virConnectDomainEventRegisterAny(LibvirtConnectHandle connection, nint domain, int eventId, void* callback, nint data, nint free);

    [LibraryImport(Library)]
    public static partial int virConnectDomainEventDeregisterAny(LibvirtConnectHandle connection, int callbackId);

    [LibraryImport(QemuLibrary)]
    public static partial int virConnectDomainQemuMonitorEventRegister(
        LibvirtConnectHandle connection, nint domain, nint name, void* callback, nint data, nint free, uint flags);

    [LibraryImport(QemuLibrary)]
    public static partial int virConnectDomainQemuMonitorEventDeregister(LibvirtConnectHandle connection, int callbackId);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtDomainHandle virDomainLookupByName(LibvirtConnectHandle connection, string name);

    [LibraryImport(Library)]
    public static partial int virDomainFree(nint domain);

    [LibraryImport(Library)]
    public static partial nint virDomainGetName(nint domain);

    [LibraryImport(Library)]
    public static partial uint virDomainGetID(LibvirtDomainHandle domain);

    [LibraryImport(Library)]
    public static partial int virDomainIsPersistent(LibvirtDomainHandle domain);

    [LibraryImport(Library)]
    public static partial nint virDomainGetXMLDesc(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainGetState(LibvirtDomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainGetJobStats(LibvirtDomainHandle domain, out int type, out LibvirtParameter* parameters, out int count, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainMigrateSetMaxDowntime(LibvirtDomainHandle domain, ulong milliseconds, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainMigrateGetMaxDowntime(LibvirtDomainHandle domain, out ulong milliseconds, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainMigrateToURI3(LibvirtDomainHandle domain, string uri, LibvirtParameter* parameters, uint count, uint flags);

    [LibraryImport(Library)]
    public static partial int virDomainAbortJob(LibvirtDomainHandle domain);

    [LibraryImport(Library)]
    public static partial int virDomainResume(LibvirtDomainHandle domain);

    [LibraryImport(Library)]
    public static partial int virDomainDestroy(LibvirtDomainHandle domain);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virTypedParamsAddULLong(ref LibvirtParameter* parameters, ref int count, ref int room, string name, ulong value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virTypedParamsAddInt(ref LibvirtParameter* parameters, ref int count, ref int room, string name, int value);

    [LibraryImport(Library)]
    public static partial void virTypedParamsFree(LibvirtParameter* parameters, int count);

    // libvirt gives strings away that only the C library can free.
    [LibraryImport("libc")]
    public static partial void free(nint memory);
}
