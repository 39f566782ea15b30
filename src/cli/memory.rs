//! How this process asks the system for memory. Only glibc is told anything; elsewhere nothing here does anything.

/// Free memory that is kept at the end of the heap, bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_FREE: i32 = 4 << 20;

/// What is larger than this is mapped by itself, not cut from the heap, bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED: i32 = 128 << 10;

/// The most room that is made at once, bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MOST_ROOM: i32 = 16 << 20;

/// The least that a page takes, bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const PAGE: usize = 4096;

/// Tells glibc to serve all threads from two heaps instead of eight a core: bodies are made on one thread and dropped on
/// another, and every heap keeps the most that ever lay in it (a fifth of the memory of a first poll of 1,000 sources).
///
/// To be called first in `main`.
pub fn set_up() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: no other thread is there; mallopt only sets a number.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
        // Else both thresholds grow with the largest body that was ever freed, and what lies free below stays ours
        // (112 MiB at the most instead of 101, on the bench's 1,000 sources). Less than a few MiB at a time are not worth
        // giving back: they are asked for again at once, page by page (5 ms of a round of 1,000 unchanged sources).
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_FREE);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
        libc::mallopt(libc::M_TOP_PAD, 1 << 20);
        // What is small and free is joined at once; else all of it is gone through whenever something large is asked for.
        libc::mallopt(libc::M_MXFAST, 0);
    }
}

/// Room at the end of the heap that is kept however little of it is used, until this is dropped.
#[must_use]
pub struct Room(());

impl Room {
    /// Makes room for `bytes` that are going to be used in a moment anyway. The system gives a page when it is first written
    /// to, and each such stop costs 2 us: asked for at once, in huge pages where it has them, they cost a round of 1,000
    /// unchanged sources 4 ms less (of 89).
    pub fn make(bytes: u64) -> Self {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        if let Ok(bytes) = usize::try_from(bytes.min(MOST_ROOM as u64))
            && bytes > MAPPED as usize
        {
            // SAFETY: mallopt only sets a number. The pages are ours, whole, and hold nothing; what an older kernel does
            // not know it refuses, and gives them as it always does.
            unsafe {
                libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * MOST_ROOM);
                libc::mallopt(libc::M_MMAP_THRESHOLD, 2 * MOST_ROOM);
                let mut room: Vec<u8> = Vec::with_capacity(bytes);
                let pages = room.as_mut_ptr().map_addr(|at| at.next_multiple_of(PAGE)).cast();
                let length = (bytes - PAGE) / PAGE * PAGE;
                libc::madvise(pages, length, libc::MADV_HUGEPAGE);
                libc::madvise(pages, length, libc::MADV_POPULATE_WRITE);
                drop(room);
                libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
            }
        }
        Self(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        // SAFETY: mallopt only sets a number.
        unsafe {
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_FREE);
        }
    }
}
