// Whatever a task keeps is on the device it was made for: what is left on the CPU fails on a GPU at the first step. libtorch's meta device
// stands for one here: it is always there, and holds no numbers.
using System.Reflection;
using MaaS.Engine.Tests.Tasks;
using MaaS.Engine.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace MaaS.Engine.Tests.Training;

public sealed class DeviceTests
{
    public static TheoryData<string> Tasks => EveryTask.Names;

    [Theory, MemberData(nameof(Tasks))]
    public void All_that_a_task_keeps_is_on_its_device(string name)
    {
        using var scope = NewDisposeScope();
        var task = EveryTask.Make(name, META);
        using var parameters = new FlatParameters(task.Network, task.IsHidden);

        var kept = Kept(task, "task", new HashSet<object>(ReferenceEqualityComparer.Instance)).ToList();

        Assert.Empty(kept.Where(one => one.Device != DeviceType.META));
        Assert.NotEmpty(kept);
    }

    /// <summary>Every tensor that is reached by fields, and where it lies.</summary>
    private static IEnumerable<(string Path, DeviceType Device)> Kept(object? from, string path, HashSet<object> seen)
    {
        if (from is null or string or Delegate || from.GetType().IsPrimitive || !seen.Add(from))
            return [];
        if (from is Tensor tensor)
            return [(path, tensor.device_type)];
        if (from is Array many)
            return many.Cast<object?>().SelectMany((one, place) => Kept(one, $"{path}[{place}]", seen)).ToList();
        return Fields(from.GetType()).SelectMany(field => Kept(field.GetValue(from), $"{path}.{field.Name}", seen)).ToList();
    }

    private static IEnumerable<FieldInfo> Fields(Type? type) => type is null || type == typeof(object) ? [] : type
        .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(field => !field.FieldType.IsPrimitive && field.FieldType.Namespace?.StartsWith("System.Reflection", StringComparison.Ordinal) != true).Concat(Fields(type.BaseType));
}
