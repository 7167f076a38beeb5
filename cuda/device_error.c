/* device_error.c - the CUDA runtime's codes as sentences, and the memory of the one that ended CUDA
 * in this process. Any thread.
 *
 * After some errors (an illegal address, a trap) every later call of this process fails, on this
 * device for good: the first such error is kept, as the cause of all others. It is the one global
 * of this backend.
 */
#include "cuda/device_priv.h"

#include "base/str.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { GOING, ENDING, ENDED };
static atomic_int ended;   /* of the above */
static char ended_by[256]; /* written by who found GOING; read when ENDED */

/* Of later runtimes than the oldest that this is compiled with. */
enum { CONTAINED = 226, TENSOR_MEMORY_LEAK = 721 };

static bool ends_cuda(cudaError_t code)
{
    if ((int)code == CONTAINED || (int)code == TENSOR_MEMORY_LEAK)
        return true;
    switch (code) {
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorContextIsDestroyed:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
    case cudaErrorExternalDevice:
    case cudaErrorMpsClientTerminated:
    case cudaErrorUnknown:
        return true;
    default:
        return false;
    }
}

static void remember(const char *text)
{
    int going = GOING;
    if (!atomic_compare_exchange_strong(&ended, &going, ENDING))
        return;
    str_copy(ended_by, sizeof ended_by, text);
    atomic_store(&ended, ENDED);
}

int device_ended(struct err *e)
{
    if (atomic_load(&ended) != ENDED)
        return 0;
    return err_set(e, ERR_DEAD,
                   "CUDA cannot be used any more in this process since an error (%s); start "
                   "combolab again, or use --device cpu",
                   ended_by);
}

/* What to do about a code, where the runtime's own words leave that open. */
static const char *advice(cudaError_t code)
{
    switch (code) {
    case cudaErrorDevicesUnavailable:
        return "; another process has it to itself, or its compute mode allows none: wait, or "
               "choose another device";
    case cudaErrorMemoryAllocation:
        return "; `nvidia-smi` shows who uses its memory";
    case cudaErrorNoKernelImageForDevice:
        return "; this combolab was built for other devices: name this one's compute capability "
               "in CUDA_ARCHS for configure";
    case cudaErrorUnsupportedPtxVersion:
        return "; install a newer NVIDIA driver";
    case cudaErrorSystemNotReady:
        return "; start the NVIDIA fabric manager, or wait until it has started";
    case cudaErrorSystemDriverMismatch:
        return "; the driver was updated while it was in use: restart the machine";
    case cudaErrorStubLibrary:
        return "; take the folder named stubs out of LD_LIBRARY_PATH";
    case cudaErrorUnknown:
        return "; the system's log (dmesg) may say more";
    default:
        return "";
    }
}

int device_told(const struct device *d, cudaError_t code, const char *what, struct err *e)
{
    char text[sizeof ended_by];
    if (!code)
        return 0;
    cudaGetLastError(); /* so that no later call is blamed for it */
    snprintf(text, sizeof text, "cuda:%d, %s: %s", d->number, what, cudaGetErrorString(code));
    if (!ends_cuda(code))
        return err_set(e, ERR_DEVICE, "%s%s", text, advice(code));
    remember(text);
    return err_set(e, ERR_DEAD,
                   "%s%s%s; CUDA cannot be used any more in this process: start combolab again, or "
                   "use --device cpu",
                   text, advice(code),
                   d->sync ? ""
                           : "; with COMBOLAB_CUDA_SYNC=1 in the environment the kernel is named");
}

static void too_old(int driver, char *to, size_t room)
{
    int runtime = 0;
    cudaRuntimeGetVersion(&runtime);
    snprintf(to, room,
             "the NVIDIA driver is too old: it is for CUDA %d.%d, and CUDA %d.0 is needed; install "
             "a newer driver",
             driver / 1000, driver % 1000 / 10, runtime / 1000);
}

void device_why_none(cudaError_t code, char *to, size_t room)
{
    int driver = 0;
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    cudaDriverGetVersion(&driver);
    if (!driver)
        snprintf(to, room, "there is no NVIDIA driver on this machine");
    else if (code == cudaErrorInsufficientDriver)
        too_old(driver, to, room);
    else if (code && code != cudaErrorNoDevice)
        snprintf(to, room, "CUDA cannot be used: %s%s", cudaGetErrorString(code), advice(code));
    else if (visible)
        snprintf(to, room,
                 "the NVIDIA driver finds no device; CUDA_VISIBLE_DEVICES is '%.80s', which may "
                 "hide it",
                 visible);
    else
        snprintf(to, room, "the NVIDIA driver finds no device");
}
